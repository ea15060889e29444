/** Both adapters against servers over HTTP: a listing that is no whole answer is refused, and never read as a short one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SnapshotStore, StoredObject } from '../../../adapters/storage/port.ts';
import { Kept, type FakeServer, type Lie } from './fake-stores.ts';
import { startFakeS3 } from './fake-s3.ts';
import { startFakeWebHdfs } from './fake-webhdfs.ts';

type Rewrite = (listing: string) => string;

interface Kind {
  name: string;
  start(kept: Kept, options: { rewrite?: Rewrite }): Promise<FakeServer & { open(): SnapshotStore }>;
}

const s3: Kind = { name: 'S3', start: startFakeS3 };
const hdfs: Kind = { name: 'WebHDFS', start: startFakeWebHdfs };

const encode = (text: string) => new TextEncoder().encode(text);
const badAnswer = expect.objectContaining({ name: 'OutsideFailure', failureClass: 'BadAnswer' });
/** Long enough for a slow machine; what is asked without end ends here, as `Unreachable`. */
const patience = () => AbortSignal.timeout(3_000);

let kept: Kept;
const closing: (() => Promise<void>)[] = [];

beforeEach(() => {
  kept = new Kept();
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(kind: Kind, rewrite?: Rewrite): Promise<SnapshotStore> {
  const server = await kind.start(kept, rewrite ? { rewrite } : {});
  closing.push(() => server.close());
  const store = server.open();
  closing.push(() => store.close());
  return store;
}

/** More than two pages of objects, and of folders, directly in `jobs`. */
function fill(): void {
  for (let n = 10; n < 22; n += 1) {
    kept.write(`jobs/file-${n}`, encode(`${n}`));
    kept.write(`jobs/job-${n}/manifest.json`, encode('{}'));
  }
}

async function all<T>(of: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of of) found.push(one);
  return found;
}

const listed = (store: SnapshotStore, prefix: string) => all(store.list(prefix, patience()));
const children = (store: SnapshotStore, prefix: string) => store.children(prefix, patience());
const keysOf = (objects: StoredObject[]) => objects.map(({ key }) => key).sort();

async function bothRefused(store: SnapshotStore): Promise<void> {
  await expect(listed(store, 'jobs')).rejects.toEqual(badAnswer);
  await expect(children(store, 'jobs/')).rejects.toEqual(badAnswer);
}

describe.each([s3, hdfs])('$name', (kind) => {
  it('gives back what was put, over several pages, whatever the names', async () => {
    const names = [
      'a b',
      'a&b',
      '<a>',
      'a\'"b',
      'a+b%20c',
      'ä',
      'é',
      '状态',
      '😀',
      '\uFF5E',
      '_metadata',
      '#?',
      'a:b=c',
    ];
    const keys = names.flatMap((name) => [`jobs/${name}`, `jobs/in ${name}/x`, `jobs-too/${name}`]);
    const store = await open(kind);
    for (const key of keys) {
      kept.nowMs += 1_000;
      await store.put(key, encode(key));
    }
    const below = keys.filter((key) => key.startsWith('jobs/')).sort();
    expect(keysOf(await listed(store, 'jobs'))).toEqual(below);
    const found = await children(store, 'jobs');
    expect(keysOf(found.objects)).toEqual(names.map((name) => `jobs/${name}`).sort());
    expect(found.directories.toSorted()).toEqual(names.map((name) => `in ${name}`).sort());
    expect(keysOf(await listed(store, ''))).toEqual(keys.toSorted());
    for (const key of keys) {
      const { modifiedMs } = kept.objects.get(key)!;
      const sizeBytes = encode(key).length;
      expect(await store.stat(key)).toMatchObject({ key, sizeBytes, modifiedAt: new Date(modifiedMs) });
      expect(Buffer.from((await store.read(key, { maxBytes: 1_000 }))!).toString()).toBe(key);
    }
    for (const key of keys) await store.delete(key);
    expect(kept.objects.size).toBe(0);
    expect(await listed(store, '')).toEqual([]);
  });

  it('creates once, replaces, streams, and finds nothing where nothing is', async () => {
    const store = await open(kind);
    expect(await store.createIfAbsent('epochs/1', encode('one'))).toBe('created');
    expect(await store.createIfAbsent('epochs/1', encode('two'))).toBe('exists');
    expect(Buffer.from((await store.read('epochs/1', { maxBytes: 9 }))!).toString()).toBe('one');
    await store.put('epochs/1', encode('three'));
    const stream = await store.openRead('epochs/1', { sizeBytes: 4 });
    expect(Buffer.concat(await all<Uint8Array>(stream!)).toString()).toBe('thre');
    await store.writeStream('epochs/2', [encode('fo'), encode('ur')] as never, { sizeBytes: 4 });
    expect([...kept.objects.keys()].sort()).toEqual(['epochs/1', 'epochs/2']);
    await store.probe(5_000);
    for (const folder of ['missing', 'epochs/1', 'epochs/1/below', 'epochs/']) await store.removeFolder(folder);
    await store.delete('missing');
    expect(await store.stat('missing')).toBeUndefined();
    expect(await store.read('missing', { maxBytes: 9 })).toBeUndefined();
    expect(await store.openRead('missing', { sizeBytes: 9 })).toBeUndefined();
  });

  it('takes a folder that is missing, or empty, for an empty one', async () => {
    const store = await open(kind);
    for (const key of ['jobs/one', 'jobs-too/one']) kept.write(key, encode('1'));
    kept.remove('jobs/one');
    for (const folder of ['missing', 'jobs', 'jobs/one', 'job']) {
      expect(await listed(store, folder)).toEqual([]);
      expect(await children(store, folder)).toEqual({ directories: [], objects: [] });
    }
  });

  it.each(['cut', 'repeated', 'foreign'] as const)('refuses listings of which any page is %s', async (lie) => {
    fill();
    const store = await open(kind);
    for (const nth of [1, 2, 3]) {
      const lies = () => {
        let page = 0;
        kept.nextLie = ({ key }) => (key === 'jobs' && ++page === nth ? lie : 'whole');
      };
      lies();
      await expect(listed(store, 'jobs')).rejects.toEqual(badAnswer);
      lies();
      await expect(children(store, 'jobs')).rejects.toEqual(badAnswer);
    }
    kept.details.sameToken = true;
    kept.nextLie = () => lie;
    await bothRefused(store);
  });

  it('tells apart what fails', async () => {
    fill();
    const store = await open(kind);
    kept.nextLie = () => 'failing';
    const unavailable = expect.objectContaining({ failureClass: 'Unavailable' });
    await expect(listed(store, 'jobs')).rejects.toEqual(unavailable);
    await expect(store.stat('jobs/file-10')).rejects.toEqual(unavailable);
    await expect(store.read('jobs/file-10', { maxBytes: 9 })).rejects.toEqual(unavailable);
    await expect(store.delete('jobs/file-10')).rejects.toEqual(unavailable);
    expect(kept.objects.has('jobs/file-10')).toBe(true);
    kept.details.failsAfterEffect = true;
    await expect(store.createIfAbsent('jobs/new', encode('1'))).rejects.toEqual(unavailable);
    await expect(store.delete('jobs/file-10')).rejects.toEqual(unavailable);
    expect([kept.objects.has('jobs/new'), kept.objects.has('jobs/file-10')]).toEqual([true, false]);
  });

  it('refuses an answer to stat that says too little, and a body that breaks off', async () => {
    kept.write('jobs/one', encode('11'));
    const store = await open(kind);
    kept.nextLie = ({ operation }) => (operation === 'stat' ? 'foreign' : 'cut');
    await expect(store.stat('jobs/one')).rejects.toEqual(badAnswer);
    await expect(store.read('jobs/one', { maxBytes: 9 })).rejects.toMatchObject({ failureClass: 'Unreachable' });
  });

  /** They must stay lies that cannot be told: the tests of retention rely on them. */
  it.each([
    ['truncated', 2],
    ['empty', 0],
    ['lagging', 4],
    ['whole', 8],
  ] satisfies [Lie, number][])('believes a listing that is %s', async (lie, count) => {
    for (let n = 0; n < 8; n += 1) kept.write(`jobs/file-${n}`, encode('1'));
    const store = await open(kind);
    kept.details.laggingBy = 4;
    kept.nextLie = () => lie;
    expect(await listed(store, 'jobs')).toHaveLength(count);
    expect((await children(store, 'jobs')).objects).toHaveLength(count);
  });
});

describe('S3 refuses a listing', () => {
  const root = /(<\/?)ListBucketResult/g;
  it.each<[string, Rewrite]>([
    ['that does not say whether more follows', (xml) => xml.replace(/<IsTruncated>.*?<\/IsTruncated>/, '')],
    ['with another root element', (xml) => xml.replaceAll(root, '$1ListAllMyBucketsResult')],
    ['with its root element inside of another', (xml) => `<html>${xml.replace(/^<\?.*?\?>/, '')}</html>`],
    ['without an end', (xml) => xml.slice(0, xml.length >> 1)],
    ['without anything', () => ''],
    [
      'that names an object outside of the folder',
      (xml) => xml.replace('Key>az-escape/jobs/f', 'Key>az-escape/other/f'),
    ],
    ['that lacks a key', (xml) => xml.replace(/<Key>.*?<\/Key>/, '')],
    ['that lacks a size', (xml) => xml.replace(/<Size>.*?<\/Size>/, '')],
    ['that lacks a time', (xml) => xml.replace(/<LastModified>.*?<\/LastModified>/, '')],
  ])('%s', async (_what, rewrite) => {
    fill();
    await bothRefused(await open(s3, rewrite));
  });

  it('that names a folder outside of the one asked for', async () => {
    fill();
    const outside = (xml: string) => xml.replace('Prefix>az-escape/jobs/j', 'Prefix>az-escape/other/j');
    await expect(children(await open(s3, outside), 'jobs')).rejects.toEqual(badAnswer);
  });
});

interface Listing {
  partialListing: { FileStatuses: { FileStatus: unknown } };
  remainingEntries?: unknown;
}
const changed = (change: (listing: Listing) => void) => (text: string) => {
  const answer = JSON.parse(text) as { DirectoryListing: Listing };
  change(answer.DirectoryListing);
  return JSON.stringify(answer);
};
const firstEntry = (change: (entry: Record<string, unknown>) => void) =>
  changed(({ partialListing }) => change((partialListing.FileStatuses.FileStatus as Record<string, unknown>[])[0]!));
const lacking = (field: string) => firstEntry((entry) => delete entry[field]);

describe('WebHDFS refuses a listing', () => {
  it.each<[string, Rewrite]>([
    ['that does not say how much remains', changed((listing) => delete listing.remainingEntries)],
    ['of which less than nothing remains', changed((listing) => (listing.remainingEntries = -1))],
    ['of which null remains', changed((listing) => (listing.remainingEntries = null))],
    ['without entries', changed(({ partialListing }) => (partialListing.FileStatuses.FileStatus = {}))],
    ['of nothings', changed(({ partialListing }) => (partialListing.FileStatuses.FileStatus = [null]))],
    ['that lacks a name', lacking('pathSuffix')],
    ['that lacks a type', lacking('type')],
    ['that lacks a length', lacking('length')],
    ['that lacks a time', lacking('modificationTime')],
    ['without an end', (text) => text.slice(0, text.length >> 1)],
    ['without anything', () => ''],
    ['of another kind', () => '{"FileStatuses":{"FileStatus":[]}}'],
  ])('%s', async (_what, rewrite) => {
    fill();
    await bothRefused(await open(hdfs, rewrite));
  });
});

/** Each of these can be told from a whole answer. */
describe('refused as well', () => {
  /** The third page is the first one once more, with what the third says of the rest. */
  const again = (end: RegExp) => {
    const pages: string[] = [];
    return (page: string) => {
      pages.push(page);
      return pages.length === 3 ? pages[0]!.replace(end, end.exec(page)![0]) : page;
    };
  };

  it.each<[string, Rewrite]>([
    ['an IsTruncated that is neither true nor false', (xml) => xml.replace(/(<IsTruncated>)\w+/, '$1maybe')],
    ['an IsTruncated without a word', (xml) => xml.replace(/<IsTruncated>.*?<.IsTruncated>/, '<IsTruncated/>')],
    ['a size that is no number', (xml) => xml.replace(/<Size>\d+/, '<Size>many')],
    ['a page that came before the last one', again(/<NextContinuationToken>.*?<.NextContinuationToken>/)],
  ])('S3: %s', async (_what, rewrite) => {
    fill();
    await expect(listed(await open(s3, rewrite), 'jobs')).rejects.toEqual(badAnswer);
  });

  it.each<[string, Rewrite]>([
    ['a folder without a slash', (xml) => xml.replace(/(<Prefix>[^<]+job-\d+)\//, '$1')],
    ['a folder below a folder', (xml) => xml.replace(/(<Prefix>[^<]+job-\d+\/)/, '$1below/')],
    ['an object below a folder, as of a server that ignores delimiters', (xml) => xml.replace('file-', 'job-10/file-')],
  ])('S3: among children %s', async (_what, rewrite) => {
    fill();
    await expect(children(await open(s3, rewrite), 'jobs')).rejects.toEqual(badAnswer);
  });

  it.each<[string, Rewrite]>([
    ['a name that leads elsewhere', firstEntry((entry) => (entry['pathSuffix'] = '../other'))],
    ['a nameless entry among others', firstEntry((entry) => (entry['pathSuffix'] = ''))],
    ['an unknown type', firstEntry((entry) => (entry['type'] = 'PAGE'))],
    ['a page that came before the last one', again(/"remainingEntries":\d+/)],
  ])('WebHDFS: %s', async (_what, rewrite) => {
    fill();
    await expect(children(await open(hdfs, rewrite), 'jobs')).rejects.toEqual(badAnswer);
  });

  it.each([
    ['says nothing, and is taken for a missing file', {}],
    ['lacks length and time', { type: 'FILE' }],
    ['is null', null],
  ])('WebHDFS: a status that %s', async (_what, FileStatus) => {
    kept.write('jobs/one', encode('1'));
    const store = await open(hdfs, () => JSON.stringify({ FileStatus }));
    await expect(store.stat('jobs/one')).rejects.toEqual(badAnswer);
  });
});
