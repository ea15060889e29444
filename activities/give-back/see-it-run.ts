/** Watches a job that was given back its room until it runs, on the state that it was to go on from. */
import { nothingSeen, remember, type RestoreHistory } from '../../model/health/flink/restore-history.ts';
import { restoreVerdict, twinVerdict } from '../../model/health/flink/restore-verdict.ts';
import { formatDurationMs } from '../../model/duration.ts';
import type { JobRef } from '../../model/job/job.ts';
import type { OutcomeCode } from '../../model/outcome/codes.ts';
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
  const ended = (outcome: GivenBack['outcome'], code: OutcomeCode, message: string): GivenBack => {
    return { namespace, name, outcome, code, message, savepoint };
  };
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
        const from = savepoint === null ? 'the state that the operator kept' : 'its savepoint';
        return ended('running', 'Running', `it goes on from ${from}`);
      }
      if (verdict.state === 'wrong-path') {
        const message = `it restored ${verdict.restoredPath ?? 'nothing'} instead of ${savepoint}`;
        return ended('failed', 'wrong-path-restored', message);
      }
      if (verdict.state === 'failing') return ended('failed', 'restart-loop', verdict.why);
      why = verdict.why;
    }
    if (world.now() >= deadline) {
      const message = `it does not run after ${formatDurationMs(startDeadlineMs)}: ${why}`;
      return ended('failed', 'not-ready-in-time', message);
    }
    await pulse.sleep(1_000);
  }
}
