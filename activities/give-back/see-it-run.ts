/** Watches a job that was given back its room until it runs, on the state that it was to go on from. */
import { nothingSeen, remember, type RestoreHistory } from '../../model/health/flink/restore-history.ts';
import { restoreVerdict, twinVerdict } from '../../model/health/flink/restore-verdict.ts';
import { formatDurationMs } from '../../model/duration.ts';
import type { JobRef } from '../../model/job/job.ts';
import { samePath } from '../../model/store-location.ts';
import { lookAtJob } from '../../adapters/flink/sighting.ts';
import type { Pulse, World } from '../../adapters/world.ts';
import { forgetReturning, type GivenBack } from './give-back-job.ts';

/** Until it runs, it is clear that it will not, or P3's start deadline is over. */
export async function seeItRun(
  world: World,
  zone: string,
  job: JobRef,
  { store, savepoint }: { store: string; savepoint: string | null },
  pulse: Pulse,
): Promise<GivenBack> {
  await forgetReturning(world, zone, store, job, pulse.signal);
  const { namespace, name } = job;
  const jobManager = world.flink.jobManager(zone, job);
  const { startDeadlineMs } = world.config.tiers.P3;
  const deadline = world.now() + startDeadlineMs;
  let history: RestoreHistory = nothingSeen;
  for (;;) {
    const look = await lookAtJob(jobManager, pulse.signal);
    let why = 'unseen' in look ? look.unseen : '';
    if ('seen' in look) {
      history = remember(history, look.seen);
      const verdict =
        savepoint === null
          ? twinVerdict(look.seen, { nowMs: world.now(), maxAgeMs: startDeadlineMs }, history)
          : restoreVerdict(look.seen, { path: savepoint, samePath }, history);
      if (verdict.state === 'all-running' || verdict.state === 'confirmed') {
        const reason = savepoint === null ? 'it goes on from the state that the operator kept' : '';
        return { namespace, name, outcome: 'running', reason, savepoint };
      }
      if (verdict.state === 'wrong-path') {
        const reason = `it restored ${verdict.restoredPath ?? 'nothing'} instead of ${savepoint}`;
        return { namespace, name, outcome: 'failed', reason, savepoint };
      }
      if (verdict.state === 'failing') return { namespace, name, outcome: 'failed', reason: verdict.why, savepoint };
      why = verdict.why;
    }
    if (world.now() >= deadline) {
      const reason = `it does not run after ${formatDurationMs(startDeadlineMs)}: ${why}`;
      return { namespace, name, outcome: 'failed', reason, savepoint };
    }
    await pulse.sleep(1_000);
  }
}
