import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { artifactsOf } from '../../../model/artifacts/find.ts';
import { placeOf, uriInPeer } from '../../../model/artifacts/place.ts';
import { renameUris } from '../../../model/artifacts/rename.ts';
import { inSight, wayBack } from './stores.ts';

const jar = 's3://flink-az-a/jars/a.jar';
const there = 's3://flink-az-b/copies/a.jar';
const renamed = new Map([[jar, there]]);

describe('other names for the files of a spec', () => {
  test.each([
    [jar, there],
    [`aws s3 cp ${jar} /opt/flink/usrlib/`, `aws s3 cp ${there} /opt/flink/usrlib/`],
    [`JAR="${jar}"; fetch '${jar}'.`, `JAR="${there}"; fetch '${there}'.`],
    [`${jar};${jar}`, `${there};${there}`],
    [`${jar}.sha1`, `${jar}.sha1`],
    [`${jar}/b`, `${jar}/b`],
    [`${jar}-old`, `${jar}-old`],
    [`web+${jar}`, `web+${jar}`],
    ['s3://flink-az-a/jars/aXjar', 's3://flink-az-a/jars/aXjar'],
  ])('%s', (text, expected) => expect(renameUris(text, renamed)).toBe(expected));

  test('reach every depth, and leave all else alone', () => {
    const before = { a: [{ command: ['x', jar] }], n: 3, z: null, t: true, [jar]: 'a field’s name stays' };
    expect(renameUris(before, renamed)).toEqual({ ...before, a: [{ command: ['x', there] }] });
    expect(before.a[0]!.command[1]).toBe(jar);
  });

  test('of two that begin alike the one that stands there is meant', () => {
    const two = new Map([...renamed, [`${jar}:b`, 'other']]);
    expect(renameUris(`${jar}:b ${jar}`, two)).toBe(`other ${there}`);
  });

  test('of two that exchange their names each is renamed once', () => {
    const exchanged = new Map([
      [jar, there],
      [there, jar],
    ]);
    expect(renameUris(`${jar} ${there}`, exchanged)).toBe(`${there} ${jar}`);
  });
});

describe('whatever a job names', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}[a-z]\.jar$/);
  const root = fc.constantFrom(
    's3://flink-az-a',
    's3a://flink-az-a',
    's3p://flink-az-a',
    'hdfs://az-a:8020',
    'hdfs://az-a',
  );
  const uri = fc.tuple(root, name).map(([at, file]) => `${at}/jars/${file}`);
  const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
  const specs = fc.record({
    jar: uri,
    list: fc.array(uri, { maxLength: 3 }),
    fetched: fc.array(uri, { maxLength: 2 }),
    digests: fc.array(digest, { minLength: 6, maxLength: 6 }),
  });

  test('the spec of the peer zone needs nothing of the home zone, and the way back finds all copies again', () => {
    fc.assert(
      fc.property(specs, ({ jar: jarURI, list, fetched, digests }) => {
        const spec = {
          job: { jarURI },
          flinkConfiguration: { 'user.artifacts.artifact-list': list.join(';') },
          podTemplate: {
            spec: { initContainers: fetched.map((one) => ({ command: ['sh', '-c', `get ${one} to /x`] })) },
          },
        };
        const found = artifactsOf(spec, fetched.join(','), inSight);
        expect(new Set(found.map((one) => one.uri))).toEqual(new Set([jarURI, ...list, ...fetched]));
        const names = new Map<string, string>();
        for (const [index, one] of found.entries()) {
          if (one.kind !== 'in-store') throw new Error(`${one.uri} is ${one.kind}`);
          const key = `artifacts/sha256/${digests[index]}/${one.uri.split('/').at(-1)}`;
          const stores = { home: inSight.home[one.store]!, peer: inSight.peer[one.store]! };
          names.set(one.uri, uriInPeer(one.uri, key, stores));
        }
        const moved = renameUris(spec, names);
        expect(JSON.stringify(moved)).not.toMatch(/az-a\b/);
        // Doing it again changes nothing.
        expect(renameUris(moved, names)).toEqual(moved);
        const back = artifactsOf(moved, fetched.join(','), wayBack);
        expect(new Set(back.map((one) => one.uri))).toEqual(new Set(names.values()));
        for (const one of back) expect(one.kind).toBe('in-store');
        for (const name of names.values()) expect(placeOf(name, inSight).kind).toBe('in-peer');
      }),
      { numRuns: 300 },
    );
  });
});
