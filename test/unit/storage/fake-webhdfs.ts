/**
 * A NameNode and its DataNode over HTTP in one server, for tests of the real adapter: the operations that it uses, small
 * pages, and answers that may be lies. A put is asked for its lie at the rename that gives the file its name; what is
 * still being written lies beside `Kept` and is always told truly.
 */
import type { IncomingMessage } from 'node:http';
import { systemClock } from '../../../adapters/clock.ts';
import type { WebHdfsStoreConfig } from '../../../model/config/types.ts';
import { WebHdfsStore } from '../../../adapters/storage/webhdfs/webhdfs-store.ts';
import { buildHdfsStore } from '../../builders/config.ts';
import { bodyOf, byBytes, foldersAbove, loginPage, serve } from './fake-stores.ts';
import type { Answer, FakeServer, Kept, KeptState } from './fake-stores.ts';

export interface FakeWebHdfsOptions {
  /** Folder of the store in the file system; may be empty. */
  prefix?: string;
  pageSize?: number;
  /** What becomes of the text of a listing, or of a file's status, before it is sent. */
  rewrite?: (listing: string) => string;
}

export interface FakeWebHdfs extends FakeServer {
  readonly config: WebHdfsStoreConfig;
  /** Another adapter at each call; close it. */
  open(): WebHdfsStore;
}

export async function startFakeWebHdfs(kept: Kept, options: FakeWebHdfsOptions = {}): Promise<FakeWebHdfs> {
  const { prefix = 'az-escape', pageSize = 5, rewrite = (listing) => listing } = options;
  const nodes = new Nodes(kept, prefix === '' ? '' : `/${prefix}`, pageSize, rewrite);
  const server = await serve((request, url) => nodes.answerTo(request, url));
  const config = { ...buildHdfsStore('az-b'), endpoint: server.endpoint, prefix };
  return { ...server, config, open: () => new WebHdfsStore('store az-b/hdfs', config, systemClock()) };
}

const writingFolder = '.writing';
const isWriting = (key: string) => key.startsWith(`${writingFolder}/`);

class Nodes {
  readonly #kept: Kept;
  /** Path of the store, without a slash at its end. */
  readonly #root: string;
  readonly #pageSize: number;
  readonly #rewrite: (listing: string) => string;
  readonly #writing = new Map<string, Uint8Array>();
  /** Folders whose next request gets its last page once more: WebHDFS has no token that could remember it. */
  readonly #repeating = new Set<string>();

  constructor(kept: Kept, root: string, pageSize: number, rewrite: (listing: string) => string) {
    this.#kept = kept;
    this.#root = root;
    this.#pageSize = pageSize;
    this.#rewrite = rewrite;
  }

  async answerTo(request: IncomingMessage, url: URL): Promise<Answer> {
    const path = decodeURIComponent(url.pathname.replace(/^\/webhdfs\/v1/, ''));
    const key = this.#keyOf(path);
    if (key === undefined) return refusal(403, 'AccessControlException', `Permission denied: ${path}`);
    const { searchParams } = url;
    if (searchParams.has('datanode')) return await this.#dataNode(request, key, searchParams);
    const operation = `${request.method} ${searchParams.get('op')}`;
    if (operation === 'GET GETFILESTATUS') return this.#status(key);
    if (operation === 'GET LISTSTATUS_BATCH') return this.#list(key, searchParams.get('startafter') ?? '');
    if (operation === 'GET OPEN') return this.#open(key, url);
    if (operation === 'PUT CREATE') return { status: 200, body: JSON.stringify({ Location: atDataNode(url) }) };
    if (operation === 'PUT MKDIRS') return this.#makeDirectories(key);
    if (operation === 'PUT RENAME') return this.#rename(key, searchParams);
    if (operation === 'DELETE DELETE') return this.#delete(key);
    return refusal(400, 'IllegalArgumentException', `Invalid value for webhdfs parameter "op": ${operation}`);
  }

  /** Undefined outside the store. */
  #keyOf(path: string): string | undefined {
    if (path === this.#root) return '';
    return path.startsWith(`${this.#root}/`) ? path.slice(this.#root.length + 1) : undefined;
  }

  #status(key: string): Answer {
    const lie = this.#kept.nextLie({ operation: 'stat', key });
    if (lie === 'failing') return unavailable;
    if (lie === 'foreign') return loginPage;
    const missing = this.#missing(this.#kept, key);
    if (missing) return missing;
    return { ...json({}), body: this.#rewrite(JSON.stringify({ FileStatus: statusOf(this.#kept, key, '') })) };
  }

  /** What the NameNode says of a path that is neither a file nor a folder; undefined of one that is. */
  #missing(state: KeptState, key: string): Answer | undefined {
    if (state.objects.has(key) || state.folders.has(key)) return undefined;
    const file = foldersAbove(key).find((folder) => state.objects.has(folder));
    if (file !== undefined) return refusal(403, 'ParentNotDirectoryException', `/${file} (is not a directory)`);
    return refusal(404, 'FileNotFoundException', `File does not exist: ${this.#root}/${key}`);
  }

  #list(key: string, startAfter: string): Answer {
    const drawn = this.#kept.nextLie({ operation: 'list', key });
    const repeats = this.#repeating.delete(key) && startAfter !== '';
    const lie = repeats ? 'repeated' : drawn;
    if (lie === 'failing') return unavailable;
    if (lie === 'foreign') return loginPage;
    if (lie === 'empty') return this.#listing([], 0);
    if (lie === 'cut') return this.#listing([], 1);
    const state = lie === 'lagging' ? this.#kept.earlier() : this.#kept;
    const missing = this.#missing(state, key);
    if (missing) return missing;
    if (state.objects.has(key)) return this.#listing([statusOf(state, key, '')], 0);
    const names = namesIn(state, key);
    const left = names.filter((name) => byBytes(name, startAfter) > 0);
    const statuses = (some: string[]) =>
      some.map((name) => statusOf(state, key === '' ? name : `${key}/${name}`, name));
    const page = left.slice(0, this.#pageSize);
    if (lie === 'truncated') return this.#listing(statuses(page.slice(0, page.length >> 1)), 0);
    if (lie === 'repeated' && startAfter !== '') {
      const last = names.slice(0, names.length - left.length).slice(-this.#pageSize);
      return this.#listing(statuses(last), Math.max(1, left.length));
    }
    if (lie === 'repeated') {
      this.#repeating.add(key);
      return this.#listing(statuses(page), Math.max(1, left.length - page.length));
    }
    return this.#listing(statuses(page), left.length - page.length);
  }

  #listing(statuses: object[], remainingEntries: number): Answer {
    const listing = { partialListing: { FileStatuses: { FileStatus: statuses } }, remainingEntries };
    return { ...json({}), body: this.#rewrite(JSON.stringify({ DirectoryListing: listing })) };
  }

  /** A lie about the content is the DataNode's, who is told it in his address. */
  #open(key: string, url: URL): Answer {
    const lie = this.#kept.nextLie({ operation: 'read', key });
    if (lie === 'failing') return unavailable;
    const missing = this.#missing(this.#kept, key);
    if (missing && lie !== 'foreign') return missing;
    if (this.#kept.folders.has(key) && !this.#kept.objects.has(key)) {
      return refusal(404, 'FileNotFoundException', `Path is not a file: ${this.#root}/${key}`);
    }
    return json({ Location: atDataNode(url, lie) });
  }

  async #dataNode(request: IncomingMessage, key: string, query: URLSearchParams): Promise<Answer> {
    if (request.method === 'PUT') {
      const bytes = await bodyOf(request);
      for (const folder of foldersAbove(key)) this.#kept.folders.add(folder);
      if (isWriting(key)) this.#writing.set(key, bytes);
      else this.#kept.write(key, bytes);
      return { status: 201 };
    }
    if (query.get('datanode') === 'foreign') return loginPage;
    const object = this.#kept.objects.get(key);
    if (!object) return refusal(404, 'FileNotFoundException', `File does not exist: ${this.#root}/${key}`);
    const body = object.bytes.subarray(0, Number(query.get('length') ?? object.bytes.length));
    const broken = query.get('datanode') === 'cut' ? { breaksAfter: body.length >> 1 } : {};
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body, ...broken };
  }

  #makeDirectories(key: string): Answer {
    const { objects, folders } = this.#kept;
    if (objects.has(key)) return refusal(403, 'FileAlreadyExistsException', `Path is not a directory: /${key}`);
    if (foldersAbove(key).some((folder) => objects.has(folder))) {
      return refusal(403, 'ParentNotDirectoryException', `Parent path is not a directory: /${key}`);
    }
    for (const folder of [...foldersAbove(key), key]) folders.add(folder);
    return json({ boolean: true });
  }

  /** Answers without a body, as the NameNode does when it is given rename options. */
  #rename(from: string, query: URLSearchParams): Answer {
    const key = this.#keyOf(query.get('destination') ?? '');
    const bytes = this.#writing.get(from);
    if (key === undefined) return refusal(403, 'AccessControlException', 'Permission denied');
    return this.#changing('put', key, () => {
      if (!bytes) return refusal(404, 'FileNotFoundException', `rename source ${from} is not found.`);
      if (!this.#kept.folders.has(foldersAbove(key).at(-1)!)) {
        return refusal(404, 'FileNotFoundException', `rename destination parent of ${key} not found.`);
      }
      const mayReplace = query.get('renameoptions') === 'OVERWRITE' && !this.#kept.folders.has(key);
      if (!mayReplace && (this.#kept.objects.has(key) || this.#kept.folders.has(key))) {
        return refusal(403, 'FileAlreadyExistsException', `rename destination ${key} already exists`);
      }
      this.#writing.delete(from);
      this.#kept.write(key, bytes);
      return { status: 200 };
    });
  }

  #delete(key: string): Answer {
    if (isWriting(key)) return json({ boolean: this.#writing.delete(key) });
    return this.#changing('delete', key, () => {
      const { objects, folders } = this.#kept;
      if (objects.has(key)) {
        this.#kept.remove(key);
        return json({ boolean: true });
      }
      if (!folders.has(key)) return json({ boolean: false });
      if (namesIn(this.#kept, key).length > 0) {
        return refusal(403, 'PathIsNotEmptyDirectoryException', `\`${this.#root}/${key} is non empty': Directory`);
      }
      return json({ boolean: folders.delete(key) });
    });
  }

  #changing(operation: 'put' | 'delete', key: string, effect: () => Answer): Answer {
    const isFailing = this.#kept.nextLie({ operation, key }) === 'failing';
    if (!isFailing) return effect();
    if (this.#kept.details.failsAfterEffect) effect();
    return unavailable;
  }
}

/** Names directly in a folder, in order. */
function namesIn({ objects, folders }: KeptState, folder: string): string[] {
  const inside = folder === '' ? '' : `${folder}/`;
  const names = [...objects.keys(), ...folders]
    .filter((key) => key !== '' && key.startsWith(inside) && !key.slice(inside.length).includes('/'))
    .map((key) => key.slice(inside.length));
  return names.sort(byBytes);
}

function statusOf({ objects }: KeptState, key: string, pathSuffix: string): object {
  const object = objects.get(key);
  const common = { pathSuffix, owner: 'flink', group: 'flink', permission: '644', accessTime: 0 };
  return object
    ? { ...common, type: 'FILE', length: object.bytes.length, modificationTime: object.modifiedMs, replication: 3 }
    : { ...common, type: 'DIRECTORY', length: 0, modificationTime: 0, replication: 0 };
}

/** The same path and query at the DataNode, which is this server as well. */
function atDataNode(url: URL, lie = 'whole'): string {
  const there = new URL(url);
  there.searchParams.set('datanode', lie);
  return there.toString();
}

function json(body: object): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function refusal(status: number, exception: string, message: string): Answer {
  const RemoteException = { exception, javaClassName: `org.apache.hadoop.fs.${exception}`, message };
  return { ...json({ RemoteException }), status };
}

const unavailable: Answer = { status: 503, headers: { 'content-type': 'text/plain' }, body: 'Service Unavailable' };
