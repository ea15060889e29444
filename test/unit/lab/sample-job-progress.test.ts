import { describe, expect, it } from 'vitest';
import { readSampleJobProgress } from '../../../lab/jobs/progress.ts';

const jobId = 'b'.repeat(32);

function jobManager(state: string, running: number, latest: unknown = {}) {
  return async (path: string) =>
    path === '/jobs/overview' ? { jobs: [{ jid: jobId, state, tasks: { total: 3, running } }] } : { latest };
}

describe('readSampleJobProgress', () => {
  it('does not take RUNNING for running before every task is', async () => {
    expect(await readSampleJobProgress(jobManager('RUNNING', 2))).toMatchObject({ stage: 'starting', tasksRunning: 2 });
    expect(await readSampleJobProgress(jobManager('RESTARTING', 3))).toMatchObject({ stage: 'starting' });
  });

  it('waits for a checkpoint, which a savepoint is not', async () => {
    const savepoint = { savepoint: { external_path: 's3p://az-b/x' } };
    expect(await readSampleJobProgress(jobManager('RUNNING', 3, savepoint))).toEqual({ stage: 'running', jobId });
    const completed = { completed: { external_path: 's3a://az-a/chk-1' } };
    expect(await readSampleJobProgress(jobManager('RUNNING', 3, completed))).toEqual({
      stage: 'checkpointed',
      jobId,
      checkpointPath: 's3a://az-a/chk-1',
    });
  });

  it.each([{ jobs: [] }, {}, 'text', null])('sees no job in %j', async (answer) => {
    expect(await readSampleJobProgress(async () => answer)).toEqual({ stage: 'no-job-manager' });
  });
});
