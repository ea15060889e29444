/** What the fake stores share: the objects that lie in them, what lay in them before, and the lies they tell. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface KeptObject {
  bytes: Uint8Array;
  modifiedMs: number;
}

/**
 * How one request is answered. What a lie means for which operation; wherever nothing is said here, it is `whole`:
 *
 * - `truncated` list: half of the page, and no word of more. Nobody can tell.
 * - `cut` list: more follow, but there is no way to them. `cut` read: the connection breaks in the middle.
 * - `empty` list: a page without entries, the last one.
 * - `lagging` list: from an earlier state, `details.laggingBy` changes ago.
 * - `repeated` list: the page is given a second time, see `details.sameToken`.
 * - `foreign` list, read: an HTML page with status 200. `foreign` stat: an answer without the fields it must have.
 * - `failing`, all operations: 503; put and delete take effect all the same with `details.failsAfterEffect`.
 */
export type Lie = 'whole' | 'truncated' | 'cut' | 'empty' | 'lagging' | 'repeated' | 'foreign' | 'failing';

/** `key` is below the store's prefix; of a list it is the folder, without a slash at its end. */
export interface FakeRequest {
  operation: 'list' | 'read' | 'stat' | 'put' | 'delete';
  key: string;
}

export interface KeptState {
  objects: ReadonlyMap<string, KeptObject>;
  /** Folders that exist by themselves, for HDFS; `''` is the store's own. */
  folders: ReadonlySet<string>;
}

/** Enough for listings that lag far behind. */
const mostStates = 256;

/** The objects of one store, by their keys below its prefix. Change them by `write` and `remove` only. */
export class Kept implements KeptState {
  readonly objects = new Map<string, KeptObject>();
  readonly folders = new Set<string>();
  /** What the store takes for now. */
  nowMs = Date.UTC(2026, 0, 1);
  /** Called after each change, before the request that made it is answered. */
  onChange: (change: { kind: 'write' | 'remove'; key: string }) => void = () => {};
  /** Asked once for each request; may set `details` for the lie that it chooses. */
  nextLie: (request: FakeRequest) => Lie = () => 'whole';
  readonly details = {
    /** How many changes ago the state is that `lagging` shows. */
    laggingBy: 1,
    /** Whether `failing` comes after the effect of a put or delete. */
    failsAfterEffect: false,
    /** Whether `repeated` names the token that it was asked with, where there is one; only S3 has tokens. */
    sameToken: false,
  };
  /** The oldest state first; the last one is today's. */
  readonly #states: KeptState[] = [{ objects: new Map(), folders: new Set() }];

  write(key: string, bytes: Uint8Array): void {
    this.objects.set(key, { bytes, modifiedMs: this.nowMs });
    for (const folder of foldersAbove(key)) this.folders.add(folder);
    this.#changed('write', key);
  }

  /** Its folders stay, as in HDFS. */
  remove(key: string): void {
    if (this.objects.delete(key)) this.#changed('remove', key);
  }

  /** The state that a `lagging` answer shows: at the furthest the oldest that is remembered. */
  earlier(): KeptState {
    return this.#states.at(-1 - this.details.laggingBy) ?? this.#states[0]!;
  }

  #changed(kind: 'write' | 'remove', key: string): void {
    this.#states.push({ objects: new Map(this.objects), folders: new Set(this.folders) });
    if (this.#states.length > mostStates) this.#states.shift();
    this.onChange({ kind, key });
  }
}

/** `a/b` and `a` and the root `''` of `a/b/c`. */
export function foldersAbove(key: string): string[] {
  const parts = key.split('/').slice(0, -1);
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

/** As S3 and HDFS sort: by the bytes of UTF-8, which is not JavaScript's order. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export interface Answer {
  status: number;
  headers?: Record<string, string | number>;
  body?: string | Uint8Array;
  /** So many bytes of the body are sent, and then the connection is broken. */
  breaksAfter?: number;
}

/** What a proxy shows to somebody who is not logged in. */
export const loginPage: Answer = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!DOCTYPE html><html><head><title>Log in</title></head><body><form action="/login"></form></body></html>',
};

export interface FakeServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Serves at a free port. What `answerTo` throws is answered with 500. */
export async function serve(
  answerTo: (request: IncomingMessage, url: URL) => Answer | Promise<Answer>,
): Promise<FakeServer> {
  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
      send(response, await answerTo(request, url));
    } catch (error) {
      send(response, { status: 500, body: String(error) });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

function send(response: ServerResponse, { status, headers, body = '', breaksAfter }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { 'content-length': bytes.length, ...headers });
  if (breaksAfter === undefined) response.end(bytes);
  else response.write(bytes.subarray(0, breaksAfter), () => response.destroy());
}

export async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
