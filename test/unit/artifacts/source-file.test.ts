import { ProcessMemory } from '../../../adapters/process-memory.ts';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { oneAtATime } from '../../../jobs/claims/one-at-a-time.ts';
import { FileChanged, provenBytes } from '../../../jobs/artifacts/proven-bytes.ts';
import { Source, SourceTrouble } from '../../../jobs/artifacts/source-file.ts';
import { OutsideFailure } from '../../../adapters/failure.ts';
import type { SnapshotStore, StoredObject } from '../../../adapters/storage/port.ts';

const { signal } = new AbortController();
const steps = { stepBytes: 4, mayPass: async () => {} };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const chunks = (...texts: string[]) => Readable.from(texts.map((text) => Buffer.from(text)));

async function taken(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of body) text += new TextDecoder().decode(chunk);
  return text;
}

/** A store at home whose one file is what `look` says at each request. */
function storeAt(look: { stat?: () => Partial<StoredObject> | undefined; read?: () => Readable | undefined }) {
  const found = { key: 'a.jar', sizeBytes: 6, modifiedAt: new Date(1_000) };
  const stat = look.stat ?? (() => ({}));
  return {
    description: 'store az-a/s3',
    stat: async () => {
      const object = stat();
      return object && { ...found, ...object };
    },
    openRead: async () => (look.read ?? (() => chunks('ab', 'cdef')))(),
  } as unknown as SnapshotStore;
}

/** A store of the peer that keeps what was written whole. */
function target() {
  const kept = new Map<string, string>();
  const store = {
    async writeStream(key: string, body: AsyncIterable<Uint8Array>) {
      const text = await taken(body).catch((cause: unknown) => {
        throw new OutsideFailure('BadAnswer', 'store az-b/s3', 'the body broke off', { cause });
      });
      kept.set(key, text);
    },
  } as unknown as SnapshotStore;
  return { kept, store };
}

describe('bytes that must have a digest', () => {
  test('pass whole', async () => {
    expect(await taken(provenBytes(chunks('ab', 'c', 'def'), sha256('abcdef')))).toBe('abcdef');
    expect(await taken(provenBytes(chunks(), sha256('')))).toBe('');
  });

  test('with another the last of them never come', async () => {
    let seen = '';
    const read = async () => {
      for await (const chunk of provenBytes(chunks('ab', 'cd', 'eX'), sha256('abcdef'))) {
        seen += new TextDecoder().decode(chunk);
      }
    };
    await expect(read()).rejects.toThrow(FileChanged);
    expect(seen).toBe('abcd');
  });
});

describe('a file at home', () => {
  const file = { sizeBytes: 6, version: 'v' };

  test('has another version with another date, and with another ETag within the same second', async () => {
    const versions = new Set<string>();
    for (const object of [{}, { modifiedAt: new Date(2_000) }, { etag: '"1"' }, { etag: '"2"' }]) {
      versions.add((await new Source(storeAt({ stat: () => object }), 'a.jar').see(signal)).version);
    }
    expect(versions.size).toBe(4);
  });

  test.each<[string, Source, string]>([
    ['missing', new Source(storeAt({ stat: () => undefined }), 'a.jar'), 'it is not in store az-a/s3'],
    [
      'in a store that is down',
      new Source(
        storeAt({
          stat: () => {
            throw new OutsideFailure('Unreachable', 'store az-a/s3', 'nobody answers');
          },
        }),
        'a.jar',
      ),
      'nobody answers',
    ],
  ])('%s is trouble of the source', async (_how, source, words) => {
    await expect(source.see(signal)).rejects.toThrow(SourceTrouble);
    await expect(source.see(signal)).rejects.toThrow(words);
  });

  test('that is replaced while its digest is taken has none', async () => {
    let date = 1_000;
    const source = new Source(storeAt({ stat: () => ({ modifiedAt: new Date((date += 1_000)) }) }), 'a.jar');
    const seen = await source.see(signal);
    await expect(source.digest(seen, steps, signal)).rejects.toThrow('replaced while it was read');
  });

  test('is copied with the digest that it had', async () => {
    const { kept, store } = target();
    const source = new Source(storeAt({}), 'a.jar');
    await source.copyTo({ store, key: 'k' }, { ...file, sha256: sha256('abcdef') }, steps, signal);
    expect(kept.get('k')).toBe('abcdef');
  });

  test.each<[string, () => Readable | undefined]>([
    ['was replaced', () => chunks('ab', 'cdeX')],
    ['is gone', () => undefined],
    [
      'breaks off',
      () =>
        Readable.from(
          (async function* () {
            yield Buffer.from('ab');
            throw new OutsideFailure('BadAnswer', 'store az-a/s3', 'the read broke off');
          })(),
        ),
    ],
  ])('that %s while it is copied leaves nothing, and is trouble of the source', async (_how, read) => {
    const { kept, store } = target();
    const source = new Source(storeAt({ read }), 'a.jar');
    const copying = source.copyTo({ store, key: 'k' }, { ...file, sha256: sha256('abcdef') }, steps, signal);
    await expect(copying).rejects.toThrow(SourceTrouble);
    expect(kept.size).toBe(0);
  });

  test('cannot be copied where the target fails, which is no trouble of the source', async () => {
    const store = {
      async writeStream() {
        throw new OutsideFailure('Unreachable', 'store az-b/s3', 'full');
      },
    } as unknown as SnapshotStore;
    const source = new Source(storeAt({}), 'a.jar');
    const copying = source.copyTo({ store, key: 'k' }, { ...file, sha256: sha256('abcdef') }, steps, signal);
    await expect(copying).rejects.toThrow(OutsideFailure);
  });
});

describe('one at a time', () => {
  const process = { memory: new ProcessMemory() };

  test('under one key; others work beside it', async () => {
    const first = Promise.withResolvers<void>();
    const order: string[] = [];
    const work = (name: string, until?: Promise<void>) => async () => {
      order.push(`${name} begins`);
      await until;
      order.push(`${name} ends`);
    };
    const running = [
      oneAtATime(process, 'k', work('a', first.promise), signal),
      oneAtATime(process, 'k', work('b'), signal),
      oneAtATime(process, 'k', work('c'), signal),
    ];
    await oneAtATime(process, 'other', work('d'), signal);
    expect(order).toEqual(['a begins', 'd begins', 'd ends']);
    first.resolve();
    await Promise.all(running);
    expect(order.slice(3)).toEqual(['a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  test('who fails lets the next one in; who gives up does not wait', async () => {
    const first = Promise.withResolvers<void>();
    const failing = oneAtATime(process, 'k', () => first.promise, signal);
    const tired = new AbortController();
    const waiting = oneAtATime(process, 'k', async () => 'late', tired.signal);
    const next = oneAtATime(process, 'k', async () => 'next', signal);
    tired.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    first.reject(new Error('broken'));
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });
});
