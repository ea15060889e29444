import { describe, expect, test } from 'vitest';
import { annotations } from '../../../model/job/marks.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import { chooseMode } from '../../../model/job/mode.ts';
import { buildDeployment } from '../../builders/deployment.ts';

const shippable = {
  'state.backend.type': 'rocksdb',
  'execution.checkpointing.incremental': 'true',
  'execution.checkpointing.dir': 's3a://az-a/checkpoints',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
};

function job(flinkConfiguration: Record<string, string>, mode?: string): FlinkDeployment {
  return buildDeployment({ annotations: { [annotations.mode]: mode }, spec: { flinkConfiguration } });
}

describe('the mode of protection by itself', () => {
  test('is ship where RocksDB checkpoints are incremental and retained', () => {
    expect(chooseMode(job(shippable), 'auto')).toMatchObject({ mode: 'ship' });
  });

  test('knows the names of earlier versions of Flink', () => {
    const { 'execution.checkpointing.externalized-checkpoint-retention': retention } = shippable;
    const old = {
      'state.backend': 'org.apache.flink.contrib.streaming.state.EmbeddedRocksDBStateBackendFactory',
      'state.backend.incremental': 'true',
      'state.checkpoints.dir': 's3a://az-a/checkpoints',
      'execution.checkpointing.externalized-checkpoint-retention': retention,
    };
    expect(chooseMode(job(old), 'auto')).toMatchObject({ mode: 'ship' });
  });

  test.each(Object.keys(shippable) as (keyof typeof shippable)[])('is savepoint without %s, and says so', (key) => {
    const { [key]: _, ...rest } = shippable;
    const choice = chooseMode(job(rest), 'auto');
    expect(choice).toMatchObject({ mode: 'savepoint', why: expect.stringContaining(key) as string });
  });

  test('is savepoint where a restored job would own, and delete, the copied files', () => {
    const claims = { ...shippable, 'execution.state-recovery.claim-mode': 'CLAIM' };
    expect(chooseMode(job(claims), 'auto')).toMatchObject({ mode: 'savepoint' });
  });
});

describe('the mode of protection as asked for', () => {
  test('by the annotation comes before the tier’s', () => {
    expect(chooseMode(job(shippable, 'savepoint'), 'ship')).toMatchObject({ mode: 'savepoint' });
    expect(chooseMode(job({}), 'ship')).toMatchObject({ mode: 'ship' });
    expect(chooseMode(job(shippable, 'auto'), 'savepoint')).toMatchObject({ mode: 'ship' });
  });

  test('is refused when it is none', () => {
    expect(chooseMode(job({}, 'shipping'), 'auto')).toEqual({ bad: 'shipping' });
  });
});
