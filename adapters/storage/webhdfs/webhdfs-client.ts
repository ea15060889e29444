/** The few operations of WebHDFS that the store needs, one method each, over undici. */
import { Agent, request } from 'undici';
import type { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { unstalled } from '../stall-watch.ts';
import { RemoteException, UnreadableAnswer } from './webhdfs-failure.ts';
import { DataNodeUploads, type UploadContent } from './webhdfs-upload.ts';

/**
 * Nothing may hang on a store: a connection that is not made and a server that does not answer end a call after these.
 * Calls whose result somebody waits for bring a shorter deadline of their own. Bodies are watched as they are read.
 */
const limits = { connect: { timeout: 2_000 }, headersTimeout: 10_000, bodyTimeout: 0, connections: 32 };

/** An error's text, a listing's page and a file's status are small; more than this is not WebHDFS. */
const maxJsonBytes = 16 << 20;

/** What a listing says of a file or directory; the rest of its fields is not used here. */
export interface FileStatus {
  /** Name in its directory; empty when the path itself was asked for. */
  pathSuffix: string;
  type: 'FILE' | 'DIRECTORY' | 'SYMLINK';
  length: number;
  /** Milliseconds since 1970. */
  modificationTime: number;
}

/**
 * One NameNode. Paths are absolute in the file system, not encoded. Every method throws `RemoteException`,
 * `UnreadableAnswer` or undici's connection errors.
 */
export class WebHdfsClient {
  readonly #endpoint: string;
  readonly #user: string;
  readonly #agent = new Agent(limits);
  readonly #clock: Clock;
  readonly #uploads: DataNodeUploads;

  constructor(endpoint: string, user: string, clock: Clock) {
    this.#endpoint = endpoint.replace(/\/+$/, '');
    this.#user = user;
    this.#clock = clock;
    this.#uploads = new DataNodeUploads({ connections: limits.connections, clock });
  }

  async status(path: string, signal?: AbortSignal): Promise<FileStatus> {
    const answer = await this.#ask('GET', path, { op: 'GETFILESTATUS' }, signal);
    const status = member(answer, 'FileStatus');
    if (!isStatus(status)) throw new UnreadableAnswer('the status of the file cannot be read.');
    return status;
  }

  /** One page of a directory, in order of names, from behind `startAfter`. */
  async listPage(path: string, startAfter: string, signal?: AbortSignal) {
    // Lower case: documented as startAfter, but newer NameNodes ignore that spelling and give the first page for ever.
    const query = { op: 'LISTSTATUS_BATCH', startafter: startAfter };
    const answer = await this.#ask('GET', path, query, signal);
    const listing = member(answer, 'DirectoryListing');
    const statuses = member(member(listing, 'partialListing'), 'FileStatuses');
    const entries = member(statuses, 'FileStatus');
    const remaining = member(listing, 'remainingEntries');
    if (!isListed(entries)) throw new UnreadableAnswer('the listing has no entries that can be read.');
    if (typeof remaining !== 'number' || !(remaining >= 0)) {
      throw new UnreadableAnswer('the listing does not say how many entries remain.');
    }
    if (remaining > 0 && entries.length === 0) {
      throw new UnreadableAnswer('the listing says that more entries follow, and has none itself.');
    }
    return { entries, remaining };
  }

  /** The first `maxBytes` of a file. The caller must read or destroy the stream. */
  async open(path: string, maxBytes: number, signal?: AbortSignal): Promise<Readable> {
    const query = { op: 'OPEN', noredirect: 'true', length: String(maxBytes) };
    const location = await this.#redirect('GET', path, query, signal);
    const answer = await this.#send(location, { method: 'GET', signal });
    if (answer.statusCode !== 200)
      throw remoteException(answer.statusCode, await boundedText(this.#clock, answer.body));
    return answer.body;
  }

  /** Creates a file with its parent directories. Not atomic: readers may see it empty, or in part, until it is closed. */
  async create(path: string, content: UploadContent, signal?: AbortSignal): Promise<void> {
    const query = { op: 'CREATE', overwrite: 'true', noredirect: 'true' };
    const location = await this.#redirect('PUT', path, query, signal);
    const { status, body } = await this.#uploads.put(location, content, signal);
    const text = await boundedText(this.#clock, body);
    if (status !== 201 && status !== 200) throw remoteException(status, text);
  }

  /** Makes a directory and its parents; one that is there is success. */
  async makeDirectories(path: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.#ask('PUT', path, { op: 'MKDIRS' }, signal);
    } catch (error) {
      // A file in the directory's way is told like a file that was to be created: only here they can be told apart.
      if (error instanceof RemoteException && error.exception === 'FileAlreadyExistsException') {
        throw new RemoteException(error.status, 'ParentNotDirectoryException', error.message);
      }
      throw error;
    }
  }

  /**
   * Renames a file, atomically on the NameNode. With `OVERWRITE` the target is replaced, with `NONE` an existing one
   * is refused (FileAlreadyExistsException). The target's parent must exist (FileNotFoundException). False comes
   * from gateways that know only the old rename, for an existing target and for a missing parent alike.
   */
  async rename(from: string, to: string, options: 'NONE' | 'OVERWRITE', signal?: AbortSignal): Promise<boolean> {
    const query = { op: 'RENAME', destination: to, renameoptions: options };
    const answer = await this.#ask('PUT', from, query, signal);
    return answer === undefined || isDone(answer);
  }

  /** Deletes a file; false if there was none. */
  async delete(path: string, signal?: AbortSignal): Promise<boolean> {
    const answer = await this.#ask('DELETE', path, { op: 'DELETE', recursive: 'false' }, signal);
    return isDone(answer);
  }

  async close(): Promise<void> {
    this.#uploads.close();
    await this.#agent.destroy();
  }

  /** Asks the NameNode; undefined for an answer without a body. */
  async #ask(method: Method, path: string, query: Query, signal: AbortSignal | undefined): Promise<unknown> {
    const answer = await this.#send(this.#url(path, query), { method, signal });
    if (answer.statusCode !== 200)
      throw remoteException(answer.statusCode, await boundedText(this.#clock, answer.body));
    const text = await boundedText(this.#clock, answer.body);
    return text === '' ? undefined : parseJson(text);
  }

  /**
   * Where the NameNode wants the bytes to go to or come from. `noredirect` makes it say so in a 200; gateways that do
   * not know it answer with a redirect.
   */
  async #redirect(method: Method, path: string, query: Query, signal: AbortSignal | undefined): Promise<string> {
    const answer = await this.#send(this.#url(path, query), { method, signal });
    if (answer.statusCode === 307) {
      await boundedText(this.#clock, answer.body);
      const { location } = answer.headers;
      if (typeof location === 'string') return location;
      throw new UnreadableAnswer('a redirect without a location.');
    }
    if (answer.statusCode !== 200)
      throw remoteException(answer.statusCode, await boundedText(this.#clock, answer.body));
    const location = member(parseJson(await boundedText(this.#clock, answer.body)), 'Location');
    if (typeof location !== 'string') throw new UnreadableAnswer('no location of a DataNode.');
    return location;
  }

  #url(path: string, query: Query): string {
    const encoded = path.split('/').map(encodeURIComponent).join('/');
    const search = new URLSearchParams({ ...query, 'user.name': this.#user });
    return `${this.#endpoint}/webhdfs/v1${encoded}?${search.toString()}`;
  }

  async #send(url: string, options: { method: Method; signal: AbortSignal | undefined }) {
    const { method, signal } = options;
    return await request(url, { method, dispatcher: this.#agent, ...(signal ? { signal } : {}) });
  }
}

type Method = 'GET' | 'PUT' | 'DELETE';
type Query = Record<string, string>;

/** The error that an answer carries as JSON, or as much as its status tells. */
function remoteException(status: number, text: string): Error {
  try {
    const told = member(parseJson(text), 'RemoteException') as { exception?: unknown; message?: unknown };
    return new RemoteException(status, String(told.exception), String(told.message));
  } catch {
    // Authentication filters and proxies answer with pages.
    if (status === 401) return new RemoteException(status, 'AuthenticationException', 'Authentication required');
    if (status >= 500) return new RemoteException(status, 'no RemoteException', text.slice(0, 200));
    return new UnreadableAnswer(`status ${status}, ${text.length} characters.`);
  }
}

async function boundedText(clock: Clock, body: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of unstalled(clock, body)) {
    length += chunk.length;
    if (length > maxJsonBytes) throw new UnreadableAnswer(`more than ${maxJsonBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new UnreadableAnswer('no JSON.', { cause: error });
  }
}

function isDone(answer: unknown): boolean {
  const done = member(answer, 'boolean');
  if (typeof done !== 'boolean') throw new UnreadableAnswer('the answer says neither true nor false.');
  return done;
}

/** Every field that is read is there. A name leads nowhere else; only a file that was itself asked for has none. */
function isListed(entries: unknown): entries is FileStatus[] {
  if (!Array.isArray(entries) || !entries.every(isStatus)) return false;
  if (entries.length === 1 && entries[0]!.pathSuffix === '' && entries[0]!.type === 'FILE') return true;
  return entries.every(({ pathSuffix }) => !['', '.', '..'].includes(pathSuffix) && !pathSuffix.includes('/'));
}

function isStatus(value: unknown): value is FileStatus {
  const { pathSuffix, type, length, modificationTime } = (value ?? {}) as Partial<FileStatus>;
  const isNumber = (number: unknown) => Number.isSafeInteger(number) && (number as number) >= 0;
  return (
    typeof pathSuffix === 'string' &&
    ['FILE', 'DIRECTORY', 'SYMLINK'].includes(String(type)) &&
    isNumber(length) &&
    isNumber(modificationTime)
  );
}

function member(value: unknown, name: string): unknown {
  if (typeof value === 'object' && value !== null && name in value) return (value as Record<string, unknown>)[name];
  throw new UnreadableAnswer(`the answer has no "${name}".`);
}
