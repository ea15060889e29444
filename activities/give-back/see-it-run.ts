/** Watches a job that was given back its room until it runs, on the state that it was to go on from. */
import { restoreVerdict, twinVerdict } from '../../model/health/flink/restore-verdict.ts';
import { formatDurationMs } from '../../model/duration.ts';
import type { JobRef } from '../../model/job/job.ts';
import type { OutcomeCode } from '../../model/outcome/codes.ts';
import { samePath } from '../../model/store-location.ts';
import type { Clock, Configured, FlinkAccess, Pulse, Stores } from '../../adapters/ports.ts';
import { plainEnd, watchUntilRunning, type PlainEnd, type Watch } from '../../jobs/run/watch-until-running.ts';
import { forgetReturning, type GivenBack } from './give-back-job.ts';

/** Until it runs, it is clear that it will not, or P3's start deadline is over. */
export async function seeItRun(
  ports: Configured & Stores & FlinkAccess & Clock,
  zone: string,
  job: JobRef,
  { store, savepoint }: { store: string; savepoint: string | null },
  pulse: Pulse,
): Promise<GivenBack> {
  await forgetReturning(ports, zone, store, job, pulse.signal);
  const { namespace, name } = job;
  const ended = (outcome: GivenBack['outcome'], code: OutcomeCode, message: string): GivenBack => {
    return { namespace, name, outcome, code, message, savepoint };
  };
  const { startDeadlineMs } = ports.config.tiers.P3;
  const watch: Watch<PlainEnd> = {
    judge: (seen, history, nowMs) =>
      savepoint === null
        ? twinVerdict(seen, { nowMs, maxAgeMs: startDeadlineMs }, history)
        : restoreVerdict(seen, { path: savepoint, samePath }, history),
    deadlineMs: ports.now() + startDeadlineMs,
    pauseMs: 1_000,
    end: (sight) => plainEnd(sight, 'all-running'),
  };
  const end = await watchUntilRunning(ports.flink.jobManager(zone, job), watch, { pulse, now: ports.now });
  switch (end.state) {
    case 'running': {
      const from = savepoint === null ? 'the state that the operator kept' : 'its savepoint';
      return ended('running', 'Running', `it goes on from ${from}`);
    }
    case 'wrong-path':
      return ended(
        'failed',
        'wrong-path-restored',
        `it restored ${end.restoredPath ?? 'nothing'} instead of ${savepoint}`,
      );
    case 'failing':
      return ended('failed', 'restart-loop', end.why);
    case 'late': {
      const message = `it does not run after ${formatDurationMs(startDeadlineMs)}: ${end.why}`;
      return ended('failed', 'not-ready-in-time', message);
    }
  }
}
