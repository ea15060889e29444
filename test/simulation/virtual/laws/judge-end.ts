/** Laws that are judged when a run is over: the report against the world, and the world against itself. */
import { jobKey } from '../../../../model/job.ts';
import { annotations, labels, roleConfigMapName } from '../../../../model/kubernetes/marks.ts';
import type { JobReport } from '../../../../model/report/schema.ts';
import { incident, type Played } from '../scenario/play.ts';
import type { SimulatedJob } from '../scenario/scenario.ts';
import type { Stage } from '../scenario/stage.ts';
import { holderIn, newestEpochIn, planOf } from './watch.ts';
import type { LawBook } from './law-book.ts';

/** From the trigger to the report, when nobody held it: the outages of a scenario, and a few starts of one job. */
const longestEscapeMs = 40 * 60_000;

export function judgeEnd(stage: Stage, played: Played, laws: LawBook): void {
  escapeEndsInTime(played, laws);
  everyJobHasOneLine(stage, played, laws);
  for (const line of played.report.jobs) runningIsSeen(stage, played, line, laws);
  for (const line of played.report.jobs) activeJobsMayWrite(stage, line, laws);
  wholeJobsRun(stage, played, laws);
  oneEscapeAtATime(stage, played, laws);
  oneCopyRuns(stage, played, laws);
}

function escapeEndsInTime({ triggeredMs, endedMs }: Played, laws: LawBook): void {
  laws.holds('an escape ends in bounded time', endedMs - triggeredMs <= longestEscapeMs, () => {
    return `it took ${(endedMs - triggeredMs) / 1000} s`;
  });
}

function everyJobHasOneLine(stage: Stage, { report, summary, protectedJobs }: Played, laws: LawBook): void {
  const law = 'every job has one line of the report';
  const lines = report.jobs.map(jobKey);
  for (const job of new Set(lines)) {
    laws.holds(law, lines.filter((line) => line === job).length === 1, () => `${job} has more than one`);
  }
  const plan = planOf(stage, stage.peer, report.id);
  const planned = [...(plan?.waves.flatMap(({ jobs }) => jobs) ?? []), ...(plan?.left ?? [])].map(jobKey);
  for (const job of planned) laws.holds(law, lines.includes(job), () => `${job} is planned and has none`);
  for (const job of protectedJobs) laws.holds(law, lines.includes(job), () => `${job} is protected and has none`);
  const { running, left, failed } = report.totals;
  const counts = (outcome: JobReport['outcome']) => report.jobs.filter((line) => line.outcome === outcome).length;
  const isRight = running === counts('running') && left === counts('left') && failed === counts('failed');
  const isTold = JSON.stringify(report.totals) === JSON.stringify(summary.totals);
  laws.holds('totals add up', isRight && isTold, () => JSON.stringify({ told: summary.totals, report: report.totals }));
}

/** What is called running ran at the time that is told, on the snapshot that is told. */
function runningIsSeen(stage: Stage, { report }: Played, line: JobReport, laws: LawBook): void {
  if (line.outcome !== 'running') return;
  const law = 'nothing is called running on hearsay';
  const job = jobKey(line);
  const run = stage.world.operator(stage.peer).runs.get(job);
  if (!run) return laws.broke(law, `${job} is called running, and ${stage.peer} has no run of it`);
  // Times in the report are rounded to a tenth of a second.
  const toldMs = Date.parse(report.startedAt) + (line.rtoSeconds ?? 0) * 1000 + 50;
  laws.holds(
    law,
    run.allRunAt(toldMs),
    () => `${job} is called running after ${line.rtoSeconds} s, and did not run then`,
  );
  laws.holds(law, run.restoredPath === line.restoredPath, () => {
    return `${job} is said to run on ${line.restoredPath}, and runs on ${run.restoredPath}`;
  });
  const deployment = stage.world.cluster(stage.peer).deployments.get(job);
  const asked = deployment?.metadata.annotations?.[annotations.startedFrom];
  laws.holds(law, asked === line.restoredPath, () => `${job} runs on ${line.restoredPath}, and was to run on ${asked}`);
}

/** The sink of a P0 job heeds its role: one that is told to be a twin is silent. */
function activeJobsMayWrite({ world, home, peer, scenario }: Stage, line: JobReport, laws: LawBook): void {
  if (line.outcome !== 'running' || line.tier !== 'P0') return;
  const map = { namespace: line.namespace, name: roleConfigMapName(line.name) };
  const roleIn = (zone: string) => world.cluster(zone).configMaps.get(jobKey(map))?.['role'];
  laws.holds('the active job may write', roleIn(peer) !== 'twin', () => `${jobKey(line)} is told to be a twin`);
  if (scenario.loss.returnsAfterMs === undefined) return;
  laws.holds('a fenced job is silent', roleIn(home) === 'twin', () => `${jobKey(line)} may write in ${home}`);
}

/** A job without a fault of its own, with an intact recovery point and room, runs again. */
function wholeJobsRun(stage: Stage, played: Played, laws: LawBook): void {
  if (played.aborted) return;
  const { scenario } = stage;
  for (const job of scenario.jobs) {
    const line = played.report.jobs.find((one) => jobKey(one) === jobKey(job));
    if (!line || !played.restorable.has(jobKey(job)) || !isSound(job)) continue;
    if (line.reason.startsWith('outside the ')) continue;
    if (line.reason.startsWith('NoRoom') && scenario.roomFor !== undefined) continue;
    laws.holds('a sound job with a recovery point and room runs again', line.outcome === 'running', () => {
      return `${jobKey(job)} is ${line.outcome}: ${line.reason}`;
    });
  }
}

function isSound({ fault, damage }: SimulatedJob): boolean {
  return damage !== 'all' && (fault === undefined || fault === 'slow');
}

function oneEscapeAtATime({ home }: Stage, { repeated, other }: Played, laws: LawBook): void {
  const law = 'a zone is escaped once at a time';
  if (repeated) {
    const isSame = repeated.accepted && repeated.workflowId === `escape-active/${home}`;
    laws.holds(law, isSame, () => `${incident} sent again got ${JSON.stringify(repeated)}`);
  }
  if (other) {
    const isRefused = !other.accepted && other.code === 'EscapeUnderWay';
    laws.holds(law, isRefused, () => `INC-2, sent while ${incident} ran, got ${JSON.stringify(other)}`);
  }
}

/** When all has settled, each job has one copy, that of the newest epoch; until the lost zone is back it is silent. */
function oneCopyRuns(stage: Stage, { report }: Played, laws: LawBook): void {
  const { world, home, peer, scenario } = stage;
  const law = 'a job runs in one zone, that of its newest epoch';
  const isBack = scenario.loss.returnsAfterMs !== undefined;
  for (const job of scenario.jobs.map(jobKey)) {
    const there = world.cluster(peer).deployments.get(job);
    const isThere =
      world.operator(peer).runs.has(job) && (there?.metadata.labels?.[labels.role] ?? 'active') === 'active';
    const isHome = isBack && world.operator(home).runs.has(job) && !world.zone(home).dead;
    const atHome = world.cluster(home).deployments.get(job);
    const isActiveHome = isHome && (atHome?.metadata.labels?.[labels.role] ?? 'active') === 'active';
    laws.holds(law, !(isThere && isActiveHome), () => `${job} runs in ${home} and in ${peer}`);
    const line = report.jobs.find((one) => jobKey(one) === job);
    if (line?.outcome === 'running') {
      const newest = newestEpochIn(stage, peer, job);
      const holder = holderIn(stage, peer, job, newest);
      const isRight = isThere && newest === line.epoch && holder === report.id;
      laws.holds(law, isRight, () => {
        return `${job} is to run in ${peer} by epoch ${line.epoch}: it ${isThere ? 'runs' : 'does not run'}, the newest epoch is ${newest} of ${holder}`;
      });
    } else if (isBack) {
      const isClaimed = holderIn(stage, peer, job, newestEpochIn(stage, peer, job)) === report.id;
      laws.holds(
        'no job is lost',
        isThere || isActiveHome || isClaimed,
        () => `${job} runs nowhere, and nobody claimed it`,
      );
    }
  }
}
