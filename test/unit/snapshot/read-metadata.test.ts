import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMetadata } from '../../../model/snapshot/read-metadata.ts';
import { ByteWriter } from '../../../simulation/snapshot/byte-writer.ts';
import { metadataModels } from './arbitrary-metadata.ts';
import { writeMetadata } from '../../../simulation/snapshot/write-metadata.ts';

const problemCodes = ['not-metadata', 'unknown-version', 'truncated', 'malformed'];

/** The beginning of a file up to its operators. */
function header(version: number): ByteWriter {
  return new ByteWriter().i32(0x4960672d).i32(version).i64(42).i32(0);
}

/** One operator with one subtask, up to its managed keyed state. */
function upToKeyedState(version = 4): ByteWriter {
  return header(version).i32(1).i64(1).i64(2).i32(1).i32(128).i8(0).i32(1).i32(0).i32(0).i32(0);
}

function problemOf(bytes: Uint8Array) {
  const result = readMetadata(bytes);
  if (result.ok) expect.fail('These bytes were read and should have been refused.');
  return result.problem;
}

describe('reading _metadata', () => {
  it('finds what was written, in every version and with every tag', () => {
    fc.assert(
      fc.property(metadataModels, (model) => {
        const { bytes, expected } = writeMetadata(model);
        expect(readMetadata(bytes)).toEqual({ ok: true, metadata: expected });
      }),
      { numRuns: 500 },
    );
  });

  it('reads a part of a larger buffer', () => {
    const { bytes, expected } = writeMetadata({ version: 4, checkpointId: 9, masterStates: [], operators: [] });
    const larger = new Uint8Array(bytes.length + 20).fill(0xff);
    larger.set(bytes, 10);
    expect(readMetadata(larger.subarray(10, 10 + bytes.length))).toEqual({ ok: true, metadata: expected });
  });

  it('calls every file that ends too early truncated, and never throws', () => {
    fc.assert(
      fc.property(metadataModels, (model) => {
        const { bytes, propertiesAt } = writeMetadata(model);
        // Of the properties only the beginning is looked at.
        const readTo = model.version >= 4 ? propertiesAt + 4 : propertiesAt;
        for (let length = 0; length < readTo; length += 1) {
          const problem = problemOf(bytes.subarray(0, length));
          expect(problem.code).toBe('truncated');
          expect(problem.offset).toBeLessThanOrEqual(length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('answers random bytes with a problem, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(problemCodes).toContain(problemOf(bytes).code);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws for random bytes behind a right beginning', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.uint8Array({ maxLength: 400 }), (version, bytes) => {
        const result = readMetadata(header(version).bytes(bytes).done());
        if (!result.ok) expect(problemCodes).toContain(result.problem.code);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throws for a right file with a few bytes changed', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(metadataModels, changes, (model, changed) => {
        const { bytes } = writeMetadata(model);
        for (const [at, value] of changed) bytes[at % bytes.length] = value;
        const result = readMetadata(bytes);
        if (!result.ok) expect(problemCodes).toContain(result.problem.code);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('refusing _metadata', () => {
  it.each([0, 1, 7, 8, -1, 2_000_000])('says that it does not know version %i', (version) => {
    const problem = problemOf(header(version).i32(0).done());
    expect(problem).toMatchObject({ code: 'unknown-version', offset: 4 });
    expect(problem.message).toContain(String(version));
  });

  it('says that a file is no _metadata at all', () => {
    expect(problemOf(Buffer.from('<html>not found</html>'))).toMatchObject({ code: 'not-metadata', offset: 0 });
  });

  it.each([
    ['master states', () => new ByteWriter().i32(0x4960672d).i32(4).i64(1).i32(0x7fffffff)],
    ['operators', () => header(4).i32(0x7fffffff)],
    ['subtasks', () => header(4).i32(1).i64(1).i64(2).i32(1).i32(1).i8(0).i32(0x7fffffff)],
    ['offsets of key groups', () => upToKeyedState().i8(3).i32(0).i32(0x7fffffff)],
    ['shared files', () => upToKeyedState().i8(5).i64(1).text('b').i32(0).i32(1).i8(0).i32(0x7fffffff)],
    ['bytes of inline state', () => upToKeyedState().i8(3).i32(0).i32(0).i8(1).text('n').i32(0x7fffffff)],
  ])('refuses two thousand million %s before it loops or allocates', (what, writer) => {
    // Something must follow, or the header alone would be too short.
    const bytes = writer().bytes(new Uint8Array(64)).done();
    const before = performance.now();
    const problem = problemOf(bytes);
    expect(problem).toMatchObject({ code: 'truncated' });
    expect(problem.message).toContain(what);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('refuses a negative count', () => {
    expect(problemOf(upToKeyedState().i8(3).i32(0).i32(-5).bytes(new Uint8Array(64)).done())).toMatchObject({
      code: 'malformed',
      message: expect.stringContaining('-5'),
    });
  });

  it('refuses handles nested without end, in time and without overflowing the stack', () => {
    const streams = upToKeyedState().i8(3).i32(0).i32(0);
    for (let depth = 0; depth < 100_000; depth += 1) streams.i8(3).i32(0).i32(0);
    expect(problemOf(streams.done())).toMatchObject({ code: 'malformed', message: expect.stringContaining('nested') });
    const changelogs = upToKeyedState();
    for (let depth = 0; depth < 100_000; depth += 1) changelogs.i8(8).i32(0).i32(0).i64(0).i32(1);
    expect(problemOf(changelogs.done())).toMatchObject({
      code: 'malformed',
      message: expect.stringContaining('nested'),
    });
  });

  it.each([
    ['negative', -1n],
    ['beyond what a number holds exactly', BigInt(Number.MAX_SAFE_INTEGER) + 1n],
  ])('refuses a file size that is %s', (_what, size) => {
    const bytes = upToKeyedState()
      .i8(3)
      .i32(0)
      .i32(0)
      .i8(2)
      .i64(size)
      .text('s3://b/f')
      .bytes(new Uint8Array(64))
      .done();
    expect(problemOf(bytes)).toMatchObject({ code: 'malformed', message: expect.stringContaining(String(size)) });
  });

  it('refuses a segment whose end is beyond what a number holds exactly', () => {
    const max = BigInt(Number.MAX_SAFE_INTEGER);
    const bytes = upToKeyedState().i8(3).i32(0).i32(0).i8(15).i64(max).i64(max).bytes(new Uint8Array(64)).done();
    expect(problemOf(bytes)).toMatchObject({ code: 'malformed', message: expect.stringContaining('segment') });
  });

  it.each([
    ['keyed state', 6],
    ['keyed state', 99],
  ])('refuses an unknown tag of %s: %i', (what, tag) => {
    expect(problemOf(upToKeyedState().i8(tag).bytes(new Uint8Array(64)).done())).toMatchObject({
      code: 'malformed',
      message: expect.stringContaining(`${tag} is no kind of ${what}`),
    });
  });

  it('refuses a path that is no modified UTF-8', () => {
    const path = Uint8Array.of(0, 2, 0xf0, 0x9f);
    const bytes = upToKeyedState().i8(3).i32(0).i32(0).i8(2).i64(1).bytes(path).bytes(new Uint8Array(64)).done();
    expect(problemOf(bytes)).toMatchObject({ code: 'malformed', message: expect.stringContaining('no text') });
  });

  it('refuses version 4 without the properties that Flink needs behind the operators', () => {
    expect(problemOf(header(4).i32(0).i32(0x01020304).done())).toMatchObject({ code: 'malformed' });
  });

  it('takes time in proportion to the bytes: 8 MB of references in seconds', () => {
    const one = new ByteWriter().text('000001.sst').i8(2).i64(1_000).text('s3a://state/shared/000001').done();
    const files = 150_000;
    const many = Buffer.alloc(one.length * files, one);
    const writer = upToKeyedState().i8(5).i64(1).text('b').i32(0).i32(1).i8(0).i32(files).bytes(many);
    const bytes = writer.i32(0).i8(0).i32(0).i32(0).i32(0xaced0005).done();
    const before = performance.now();
    const result = readMetadata(bytes);
    expect(result.ok && result.metadata.references.length).toBe(files);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
