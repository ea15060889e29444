import { describe, expect, test } from 'vitest';
import { artifactsOf } from '../../../model/artifacts/find.ts';
import { placeOf, uriInPeer } from '../../../model/artifacts/place.ts';
import { renameUris } from '../../../model/artifacts/rename.ts';
import type { FlinkDeploymentSpec } from '../../../model/job/flink-deployment.ts';
import { buildHdfsStore } from '../../builders/config.ts';
import { inSight, s3Of, wayBack } from './stores.ts';

const digest = 'ab'.repeat(32);

describe('where a file of a job lies', () => {
  test.each([
    ['local:///opt/flink/usrlib/job.jar', { kind: 'in-image' }],
    ['file:///opt/flink/usrlib/job.jar', { kind: 'in-image' }],
    ['/opt/flink/usrlib/job.jar', { kind: 'in-image' }],
    ['s3://flink-az-a/jars/job.jar', { kind: 'in-store', store: 's3', path: 'jars/job.jar' }],
    ['s3p://flink-az-a/jars//job.jar', { kind: 'in-store', store: 's3', path: 'jars/job.jar' }],
    ['hdfs://az-a/jars/job.jar', { kind: 'in-store', store: 'hdfs', path: 'jars/job.jar' }],
    ['HDFS://AZ-A:8020/jars/job.jar', { kind: 'in-store', store: 'hdfs', path: 'jars/job.jar' }],
    ['s3a://flink-az-b/jars/job.jar', { kind: 'in-peer', store: 's3', path: 'jars/job.jar' }],
    ['s3a://flink-az-c/jars/job.jar', { kind: 'elsewhere', zoneStore: true }],
    ['s3a://company/jars/job.jar', { kind: 'elsewhere', zoneStore: false }],
    ['hdfs:///jars/job.jar', { kind: 'elsewhere', zoneStore: false }],
    ['hdfs://az-a:9000/jars/job.jar', { kind: 'elsewhere', zoneStore: false }],
    ['https://repo.example.com/job.jar', { kind: 'elsewhere', zoneStore: false }],
    ['s3a://flink-az-a', { kind: 'elsewhere', zoneStore: false }],
    ['', { kind: 'in-image' }],
  ])('%s', (uri, place) => expect(placeOf(uri, inSight)).toEqual(place));

  test('a bucket of the same name on two servers is that of the own zone', () => {
    const [home, peer] = [s3Of('az-a', { bucket: 'flink' }), s3Of('az-b', { bucket: 'flink' })];
    const place = placeOf('s3://flink/job.jar', { home: { s3: home }, peer: { s3: peer }, others: [] });
    expect(place).toEqual({ kind: 'in-store', store: 's3', path: 'job.jar' });
  });

  test('a bucket that both zones share does not die with one of them', () => {
    const one = s3Of('az-a', { bucket: 'flink', prefix: 'a' });
    const stores = { home: { s3: one }, peer: { s3: { ...one, prefix: 'b' } }, others: [] };
    expect(placeOf('s3://flink/job.jar', stores)).toEqual({ kind: 'in-peer', store: 's3', path: 'job.jar' });
  });
});

describe('the name of the copy', () => {
  const key = `artifacts/sha256/${digest}/job.jar`;
  const names = (uri: string) => uriInPeer(uri, key, { home: s3Of('az-a'), peer: s3Of('az-b') });

  test('has the scheme of the peer zone’s settings where that of the home zone’s was written', () => {
    const peer = s3Of('az-b', { flinkSchemes: { inZone: 's3', fromPeer: 's3p' } });
    const there = uriInPeer('s3a://flink-az-a/job.jar', key, { home: s3Of('az-a'), peer });
    expect(there).toBe(`s3://flink-az-b/az-escape/${key}`);
  });

  test('keeps any other scheme of S3', () => {
    expect(names('s3://flink-az-a/job.jar')).toBe(`s3://flink-az-b/az-escape/${key}`);
    expect(names('s3a://flink-az-a/job.jar')).toBe(`s3a://flink-az-b/az-escape/${key}`);
  });

  test('from one kind of store to the other', () => {
    const there = uriInPeer('s3://flink-az-a/job.jar', key, { home: s3Of('az-a'), peer: buildHdfsStore('az-b') });
    expect(there).toBe(`hdfs://az-b:8020/az-escape/${key}`);
    const back = uriInPeer('hdfs://az-b/job.jar', key, { home: buildHdfsStore('az-b'), peer: s3Of('az-a') });
    expect(back).toBe(`s3a://flink-az-a/az-escape/${key}`);
  });
});

describe('the files that a job needs', () => {
  const spec: FlinkDeploymentSpec = {
    job: { jarURI: 's3a://flink-az-a/jars/job.jar' },
    flinkConfiguration: {
      'user.artifacts.artifact-list': 's3a://flink-az-a/jars/udf.jar; https://repo.example.com/x.jar;',
      'pipeline.jars': 's3a://flink-az-a/jars/job.jar',
      'pipeline.classpaths': 'file:///opt/flink/lib/y.jar',
      'state.savepoints.dir': 's3a://flink-az-a/savepoints',
    },
    podTemplate: { spec: { initContainers: [{ command: ['fetch', 's3://flink-az-a/jars/big.tgz'] }] } },
  };
  const uris = (declared?: string, of: FlinkDeploymentSpec = spec) =>
    artifactsOf(of, declared, inSight).map(({ uri }) => uri);

  test('are its jar and those that settings of Flink name, each once', () => {
    expect(uris()).toEqual([
      's3a://flink-az-a/jars/job.jar',
      's3a://flink-az-a/jars/udf.jar',
      'https://repo.example.com/x.jar',
      'file:///opt/flink/lib/y.jar',
    ]);
  });

  test('and what its owner declares for the pod templates', () => {
    const declared = ' s3://flink-az-a/jars/big.tgz ,s3a://flink-az-a/jars/udf.jar,, ';
    expect(uris(declared).slice(4)).toEqual(['s3://flink-az-a/jars/big.tgz']);
  });

  test('are none of a session cluster, or of what is no text', () => {
    expect(uris(undefined, {})).toEqual([]);
    const odd = { flinkConfiguration: { 'pipeline.jars': 3 as unknown as string } };
    expect(uris(undefined, odd)).toEqual([]);
  });

  test('a list in brackets, as Flink’s YAML has it', () => {
    const of = { flinkConfiguration: { 'user.artifacts.artifact-list': `[s3a://b/x.jar, 's3a://b/y.jar']` } };
    expect(uris(undefined, of)).toEqual(['s3a://b/x.jar', 's3a://b/y.jar']);
  });

  test('after a move are the copies that its spec names, and no longer what its owner wrote for the zone before', () => {
    const copies = new Map(
      ['jars/job.jar', 'jars/udf.jar', 'jars/big.tgz'].flatMap((path) => {
        const there = `flink-az-b/az-escape/artifacts/sha256/${digest}/${path.slice(5)}`;
        return ['s3', 's3a'].map((scheme) => [`${scheme}://flink-az-a/${path}`, `${scheme}://${there}`] as const);
      }),
    );
    const moved = renameUris(spec, copies);
    const found = artifactsOf(moved, 's3://flink-az-a/jars/big.tgz', wayBack);
    expect(found.filter(({ kind }) => kind === 'in-store').map(({ uri }) => uri.split('/').at(-1))).toEqual([
      'job.jar',
      'udf.jar',
      'big.tgz',
    ]);
    expect(found.some(({ kind }) => kind === 'in-peer')).toBe(false);
  });
});
