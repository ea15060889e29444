/**
 * An S3 server over HTTP for tests of the real adapter: one bucket, paths in place of host names, small pages, and
 * answers that may be lies. It looks at no signature and knows no uploads in parts.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { systemClock } from '../../../adapters/clock.ts';
import type { S3StoreConfig } from '../../../model/config/types.ts';
import { S3Store } from '../../../adapters/storage/s3/s3-store.ts';
import { s3Of } from '../artifacts/stores.ts';
import { bodyOf, byBytes, loginPage, serve } from './fake-stores.ts';
import type { Answer, FakeServer, Kept, KeptObject, Lie } from './fake-stores.ts';

export interface FakeS3Options {
  /** Folder of the store in the bucket; may be empty. */
  prefix?: string;
  pageSize?: number;
  /** What becomes of the text of a listing before it is sent. */
  rewrite?: (listing: string) => string;
}

export interface FakeS3 extends FakeServer {
  readonly config: S3StoreConfig;
  /** Another adapter at each call; close it. */
  open(): S3Store;
}

export async function startFakeS3(kept: Kept, options: FakeS3Options = {}): Promise<FakeS3> {
  const { prefix = 'az-escape', pageSize = 5, rewrite = (listing) => listing } = options;
  const bucket = new Bucket(kept, prefix === '' ? '' : `${prefix}/`, pageSize, rewrite);
  const server = await serve((request, url) => bucket.answerTo(request, url));
  const config = s3Of('az-b', { endpoint: server.endpoint, prefix });
  return { ...server, config, open: () => new S3Store('store az-b/s3', config, async () => 'secret', systemClock()) };
}

class Bucket {
  readonly #kept: Kept;
  /** With a slash at its end, or empty. */
  readonly #root: string;
  readonly #pageSize: number;
  readonly #rewrite: (listing: string) => string;
  #tokens = 0;

  constructor(kept: Kept, root: string, pageSize: number, rewrite: (listing: string) => string) {
    this.#kept = kept;
    this.#root = root;
    this.#pageSize = pageSize;
    this.#rewrite = rewrite;
  }

  async answerTo(request: IncomingMessage, url: URL): Promise<Answer> {
    const { method } = request;
    const [, bucket = '', ...rest] = url.pathname.split('/').map(decodeURIComponent);
    const path = rest.join('/');
    if (bucket !== s3Of('az-b').bucket) return refusal(404, 'NoSuchBucket');
    if (path === '' && method === 'HEAD') return { status: 200 };
    if (path === '' && method === 'GET' && url.searchParams.get('list-type') === '2') return this.#list(url);
    if (path === '' || !path.startsWith(this.#root)) return refusal(403, 'AccessDenied');
    const key = path.slice(this.#root.length);
    if (method === 'GET') return this.#get(key, request.headers.range);
    if (method === 'HEAD') return this.#head(key);
    if (method === 'PUT') return this.#put(key, await bodyOf(request), request.headers['if-none-match']);
    if (method === 'DELETE') return this.#delete(key);
    return refusal(501, 'NotImplemented');
  }

  #list({ searchParams }: URL): Answer {
    const prefix = searchParams.get('prefix') ?? '';
    const key = prefix.slice(this.#root.length).replace(/\/$/, '');
    const lie = this.#kept.nextLie({ operation: 'list', key });
    if (lie === 'failing') return unavailable;
    if (lie === 'foreign') return loginPage;
    const { objects } = lie === 'lagging' ? this.#kept.earlier() : this.#kept;
    const token = searchParams.get('continuation-token');
    const after = token === null ? '' : placeOf(token);
    const all = this.#entries(objects, prefix, searchParams.get('delimiter'));
    const left = all.filter((entry) => after === '' || byBytes(entry.name, after) > 0);
    const page = this.#page(left, token, lie);
    const body = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${s3Of('az-b').bucket}</Name><Prefix>${escaped(
      prefix,
    )}</Prefix><KeyCount>${page.entries.length}</KeyCount><MaxKeys>${this.#pageSize}</MaxKeys>${page.end}${page.entries
      .map(entryXml)
      .join('')}</ListBucketResult>`;
    return { status: 200, headers: { 'content-type': 'application/xml' }, body: this.#rewrite(body) };
  }

  /** What is told of what is left to list, and what is said of the rest. */
  #page(left: Entry[], token: string | null, lie: Lie): { entries: Entry[]; end: string } {
    const entries = left.slice(0, this.#pageSize);
    const isTruncated = left.length > entries.length;
    const next = (place: string) => endXml(true, this.#tokenOf(place));
    if (lie === 'empty') return { entries: [], end: endXml(false) };
    if (lie === 'truncated') return { entries: entries.slice(0, entries.length >> 1), end: endXml(false) };
    if (lie === 'cut') return { entries, end: endXml(true) };
    if (lie === 'repeated') {
      if (token !== null && this.#kept.details.sameToken) return { entries, end: endXml(true, token) };
      return { entries, end: next(token === null ? '' : placeOf(token)) };
    }
    return { entries, end: isTruncated ? next(entries.at(-1)!.name) : endXml(false) };
  }

  /** Each is another one, also for the same place. */
  #tokenOf(place: string): string {
    return Buffer.from(JSON.stringify({ place, number: ++this.#tokens })).toString('base64');
  }

  #entries(objects: ReadonlyMap<string, KeptObject>, prefix: string, delimiter: string | null): Entry[] {
    const entries = new Map<string, Entry>();
    for (const [key, object] of objects) {
      const name = this.#root + key;
      if (!name.startsWith(prefix)) continue;
      const end = delimiter === null ? -1 : name.indexOf(delimiter, prefix.length);
      if (delimiter === null || end < 0) entries.set(name, { name, object });
      else entries.set(name.slice(0, end + 1), { name: name.slice(0, end + 1) });
    }
    return [...entries.values()].sort((a, b) => byBytes(a.name, b.name));
  }

  #get(key: string, range: string | undefined): Answer {
    const lie = this.#kept.nextLie({ operation: 'read', key });
    if (lie === 'failing') return unavailable;
    if (lie === 'foreign') return loginPage;
    const object = this.#kept.objects.get(key);
    if (!object) return refusal(404, 'NoSuchKey');
    const { bytes } = object;
    const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
    if (!asked) {
      const broken = lie === 'cut' ? { breaksAfter: bytes.length >> 1 } : {};
      return { status: 200, headers: headersOf(object), body: bytes, ...broken };
    }
    const from = Number(asked[1]);
    if (from >= bytes.length) return refusal(416, 'InvalidRange');
    const body = bytes.subarray(from, asked[2] === '' ? bytes.length : Number(asked[2]) + 1);
    const contentRange = `bytes ${from}-${from + body.length - 1}/${bytes.length}`;
    const broken = lie === 'cut' ? { breaksAfter: body.length >> 1 } : {};
    return { status: 206, headers: { ...headersOf(object), 'content-range': contentRange }, body, ...broken };
  }

  #head(key: string): Answer {
    const lie = this.#kept.nextLie({ operation: 'stat', key });
    if (lie === 'failing') return { status: 503 };
    const object = this.#kept.objects.get(key);
    if (lie === 'foreign') return { status: 200, headers: { 'content-length': object?.bytes.length ?? 512 } };
    if (!object) return { status: 404 };
    return { status: 200, headers: { ...headersOf(object), 'content-length': object.bytes.length } };
  }

  #put(key: string, bytes: Uint8Array, ifNoneMatch: string | undefined): Answer {
    return this.#changing('put', key, () => {
      if (ifNoneMatch === '*' && this.#kept.objects.has(key)) return refusal(412, 'PreconditionFailed');
      this.#kept.write(key, bytes);
      return { status: 200, headers: { etag: etagOf(bytes) } };
    });
  }

  #delete(key: string): Answer {
    return this.#changing('delete', key, () => {
      this.#kept.remove(key);
      return { status: 204 };
    });
  }

  #changing(operation: 'put' | 'delete', key: string, effect: () => Answer): Answer {
    const isFailing = this.#kept.nextLie({ operation, key }) === 'failing';
    if (!isFailing) return effect();
    if (this.#kept.details.failsAfterEffect) effect();
    return unavailable;
  }
}

interface Entry {
  name: string;
  /** Absent for a common prefix. */
  object?: KeptObject;
}

const entryXml = ({ name, object }: Entry) =>
  object
    ? `<Contents><Key>${escaped(name)}</Key><LastModified>${new Date(object.modifiedMs).toISOString()}</LastModified>` +
      `<ETag>${escaped(etagOf(object.bytes))}</ETag><Size>${object.bytes.length}</Size></Contents>`
    : `<CommonPrefixes><Prefix>${escaped(name)}</Prefix></CommonPrefixes>`;

const endXml = (isTruncated: boolean, token?: string) =>
  `<IsTruncated>${isTruncated}</IsTruncated>` +
  (token === undefined ? '' : `<NextContinuationToken>${escaped(token)}</NextContinuationToken>`);

const placeOf = (token: string) =>
  (JSON.parse(Buffer.from(token, 'base64').toString('utf8')) as { place: string }).place;

const etagOf = (bytes: Uint8Array) => `"${createHash('md5').update(bytes).digest('hex')}"`;

const headersOf = ({ bytes, modifiedMs }: KeptObject) => ({
  etag: etagOf(bytes),
  'last-modified': new Date(modifiedMs).toUTCString(),
});

function escaped(text: string): string {
  const of: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (character) => of[character]!);
}

function refusal(status: number, code: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>By the fake.</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

/** Not `SlowDown`, which the SDK answers with a longer wait. */
const unavailable = refusal(503, 'ServiceUnavailable');
