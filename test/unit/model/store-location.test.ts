import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flinkPath, keyOfFlinkPath, pathInStore, samePath, wholeStore } from '../../../model/store-location.ts';
import { buildHdfsStore, buildS3Store } from '../../builders/config.ts';

const s3 = buildS3Store('az-b', { bucket: 'az-b', prefix: 'flink/prod' });
const hdfs = buildHdfsStore('nn', { flinkUri: 'hdfs://nn.az-b:8020/', prefix: 'flink' });
const bare = { ...s3, prefix: '' };

const keys = fc
  .array(
    fc.string({ unit: 'grapheme', minLength: 1 }).filter((part) => !/[/]|^\s|\s$|^\.+$/.test(part)),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join('/'));

describe('paths as Flink jobs see them', () => {
  it('outside the prefix are keys of the whole store', () => {
    for (const path of ['s3a://az-b/flink/orders/chk-1', 's3p://az-b/flink/prod/x']) {
      expect(keyOfFlinkPath(wholeStore(s3), path)).toBe(path.slice('s3a://az-b/'.length));
    }
    expect(keyOfFlinkPath(s3, 's3a://az-b/flink/orders/chk-1')).toBeUndefined();
    expect(keyOfFlinkPath(wholeStore(hdfs), 'hdfs://nn.az-b:8020/elsewhere/chk-1')).toBe('elsewhere/chk-1');
  });

  it('carry the scheme of the reader, the bucket and the prefix', () => {
    expect(flinkPath(s3, 'snapshots/a', 'inZone')).toBe('s3a://az-b/flink/prod/snapshots/a');
    expect(flinkPath(s3, 'snapshots/a', 'fromPeer')).toBe('s3p://az-b/flink/prod/snapshots/a');
    expect(flinkPath(bare, 'x', 'inZone')).toBe('s3a://az-b/x');
    expect(flinkPath(bare, '', 'inZone')).toBe('s3a://az-b');
    expect(flinkPath(hdfs, 'x/y', 'inZone')).toBe('hdfs://nn.az-b:8020/flink/x/y');
    expect(flinkPath(hdfs, 'x/y', 'fromPeer')).toBe('hdfs://nn.az-b:8020/flink/x/y');
    expect(pathInStore(s3, '')).toBe('flink/prod');
  });

  it('lead back to their keys, whoever wrote them', () => {
    fc.assert(
      fc.property(keys, fc.constantFrom(s3, bare, hdfs), fc.constantFrom('inZone', 'fromPeer'), (key, config, from) => {
        expect(keyOfFlinkPath(config, flinkPath(config, key, from as 'inZone'))).toBe(key);
      }),
    );
  });

  it.each([
    [s3, 's3://az-b/flink/prod/a', 'a'],
    [s3, 's3n://az-b//flink/prod//a/', 'a'],
    [s3, 's3a://az-b/flink/prod', undefined],
    [s3, 's3a://az-b/flink/production/a', undefined],
    [s3, 's3a://az-a/flink/prod/a', undefined],
    [s3, 'hdfs://az-b/flink/prod/a', undefined],
    [s3, 'file:/flink/prod/a', undefined],
    [s3, 'not a path', undefined],
    [s3, '', undefined],
    [bare, 's3a://az-b/', undefined],
    [hdfs, 'hdfs://NN.az-b/flink/a', 'a'],
    [hdfs, 'hdfs://nn.az-b:9000/flink/a', undefined],
    [hdfs, 'hdfs:///flink/a', undefined],
  ])('%#: %s of another or the same store', (config, path, key) => {
    expect(keyOfFlinkPath(config, path)).toBe(key);
  });
});

describe('two paths', () => {
  it.each([
    ['s3a://b/x/savepoint-1', 's3p://b/x/savepoint-1'],
    ['s3://b/x', 's3n://b//x///'],
    ['S3A://b/x', 's3a://b/x'],
    ['s3a://b/x/_metadata', 's3p://b/x'],
    ['hdfs://NN/x', 'hdfs://nn:8020/x/'],
    ['file:/x/y', 'file:///x/y'],
  ])('%s and %s are the same', (a, b) => {
    expect(samePath(a, b)).toBe(true);
    expect(samePath(b, a)).toBe(true);
  });

  it.each([
    ['s3a://b/x', 's3a://c/x'],
    ['s3a://b/x', 's3a://B/x'],
    ['s3a://b/x', 's3a://b/X'],
    ['s3a://b/x/savepoint-1', 's3a://b/x/savepoint-12'],
    ['s3a://b/x', 'hdfs://b/x'],
    ['hdfs://nn:8020/x', 'hdfs://nn:9000/x'],
    ['hdfs:///x', 'hdfs:///x'],
    ['', ''],
    ['x', 'x'],
  ])('%s and %s are not', (a, b) => {
    expect(samePath(a, b)).toBe(false);
  });
});
