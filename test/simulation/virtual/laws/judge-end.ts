/** Laws that are judged when a run is over: the report against the world, and the world against itself. */
import { jobKey } from '../../../../model/job/job.ts';
import { annotations, labels, roleConfigMapName } from '../../../../model/job/marks.ts';
import type { JobReport } from '../../../../model/report/schema.ts';
import { incident } from '../scenario/people.ts';
import type { Escaped, Played } from '../scenario/play.ts';
import { residentsOf } from '../scenario/residents.ts';
import type { Stage } from '../scenario/stage.ts';
import { holderIn, newestEpochIn, planOf } from './watch.ts';
import type { LawBook } from './law-book.ts';

/** From the trigger to the report, when nobody held it: the outages of a scenario, and a few starts of one job. */
const longestEscapeMs = 40 * 60_000;

export function judgeEnd(stage: Stage, played: Played, laws: LawBook): void {
  escapeEndsInTime(played, laws);
  for (const job of played.protectedJobs) {
    const isThere = played.report.jobs.some((line) => jobKey(line) === job);
    laws.holds(oneLine, isThere, () => `${job} is protected and has none`);
  }
  wholeJobsRun(stage, played, laws);
  skippedJobsAreLeft(played, laws);
  residentsAreTold(stage, played, laws);
  oneEscapeAtATime(stage, played, laws);
  judgeEscape(stage, played, laws);
}

/** What holds for every escape, whatever went before it. */
export function judgeEscape(stage: Stage, escaped: Escaped, laws: LawBook): void {
  everyJobHasOneLine(stage, escaped, laws);
  for (const line of escaped.report.jobs) {
    runningIsSeen(stage, escaped, line, laws);
    activeJobsMayWrite(stage, escaped, line, laws);
  }
  oneCopyRuns(stage, escaped, laws);
}

const oneLine = 'every job has one line of the report';

function escapeEndsInTime({ triggeredMs, endedMs }: Played, laws: LawBook): void {
  laws.holds('an escape ends in bounded time', endedMs - triggeredMs <= longestEscapeMs, () => {
    return `it took ${(endedMs - triggeredMs) / 1000} s`;
  });
}

function everyJobHasOneLine(stage: Stage, { report, summary, to }: Escaped, laws: LawBook): void {
  const lines = report.jobs.map(jobKey);
  for (const job of new Set(lines)) {
    laws.holds(oneLine, lines.filter((line) => line === job).length === 1, () => `${job} has more than one`);
  }
  const plan = planOf(stage, to, report.id);
  const planned = [...(plan?.waves.flatMap(({ jobs }) => jobs) ?? []), ...(plan?.left ?? [])].map(jobKey);
  for (const job of planned) laws.holds(oneLine, lines.includes(job), () => `${job} is planned and has none`);
  const { running, left, failed } = report.totals;
  const counts = (outcome: JobReport['outcome']) => report.jobs.filter((line) => line.outcome === outcome).length;
  const isRight = running === counts('running') && left === counts('left') && failed === counts('failed');
  const isTold = JSON.stringify(report.totals) === JSON.stringify(summary.totals);
  laws.holds('totals add up', isRight && isTold, () => JSON.stringify({ told: summary.totals, report: report.totals }));
}

/** What is called running ran at the time that is told, on the snapshot that is told. */
function runningIsSeen(stage: Stage, { report, to }: Escaped, line: JobReport, laws: LawBook): void {
  if (line.outcome !== 'running') return;
  const law = 'nothing is called running on hearsay';
  const job = jobKey(line);
  const run = stage.world.operator(to).runs.get(job);
  if (!run) return laws.broke(law, `${job} is called running, and ${to} has no run of it`);
  // Times in the report are rounded to a tenth of a second.
  const toldMs = Date.parse(report.startedAt) + (line.rtoSeconds ?? 0) * 1000 + 50;
  const ran = run.allRunAt(toldMs);
  laws.holds(law, ran, () => `${job} is called running after ${line.rtoSeconds} s, and did not run then`);
  laws.holds(law, run.restoredPath === line.restoredPath, () => {
    return `${job} is said to run on ${line.restoredPath}, and runs on ${run.restoredPath}`;
  });
  const deployment = stage.world.cluster(to).deployments.get(job);
  const asked = deployment?.metadata.annotations?.[annotations.startedFrom];
  laws.holds(law, asked === line.restoredPath, () => `${job} runs on ${line.restoredPath}, and was to run on ${asked}`);
}

/** The sink of a P0 job heeds its role: one that is told to be a twin is silent. */
function activeJobsMayWrite({ world }: Stage, { from, to }: Escaped, line: JobReport, laws: LawBook): void {
  if (line.outcome !== 'running' || line.tier !== 'P0') return;
  const map = { namespace: line.namespace, name: roleConfigMapName(line.name) };
  const roleIn = (zone: string) => world.cluster(zone).configMaps.get(jobKey(map))?.['role'];
  laws.holds('the active job may write', roleIn(to) !== 'twin', () => `${jobKey(line)} is told to be a twin`);
  if (world.zone(from).dead) return;
  laws.holds('a fenced job is silent', roleIn(from) === 'twin', () => `${jobKey(line)} may write in ${from}`);
}

/** A job without a fault of its own, with an intact recovery point and room, runs again. */
function wholeJobsRun({ scenario }: Stage, { whole, report, acts }: Played, laws: LawBook): void {
  if (acts.aborted) return;
  for (const job of whole) {
    const line = report.jobs.find((one) => jobKey(one) === job);
    if (!line || acts.skipped.has(job) || line.code === 'OutsideScope') continue;
    if (line.code === 'NoRoom' && scenario.roomFor !== undefined) continue;
    laws.holds('a sound job with a recovery point and room runs again', line.outcome === 'running', () => {
      return `${job} is ${line.outcome}: ${line.code}: ${line.message}`;
    });
  }
}

function skippedJobsAreLeft({ report, acts }: Played, laws: LawBook): void {
  for (const job of acts.skipped) {
    const line = report.jobs.find((one) => jobKey(one) === job);
    laws.holds('a skipped job is left', line?.outcome === 'left', () => `${job} is ${line?.outcome}: ${line?.message}`);
  }
}

/** Who runs in the peer goes on, or is told to have made room, and can come back. */
function residentsAreTold(stage: Stage, { report }: Played, laws: LawBook): void {
  for (const job of residentsOf(stage).map(jobKey)) {
    if (stage.world.operator(stage.peer).runs.has(job)) continue;
    const line = report.preempted.find((one) => jobKey(one) === job);
    const isTold = line?.outcome === 'suspended' && line.makesRoomFor.length > 0;
    laws.holds('who makes room is told, and for whom', isTold, () => `${job} ended: ${JSON.stringify(line)}`);
  }
}

function oneEscapeAtATime({ home }: Stage, { acts: { repeated, other } }: Played, laws: LawBook): void {
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
function oneCopyRuns(stage: Stage, { report, from, to, whole }: Escaped, laws: LawBook): void {
  const { world } = stage;
  const law = 'a job runs in one zone, that of its newest epoch';
  const isBack = !world.zone(from).dead;
  const isActive = (job: string, zone: string): boolean => {
    const role = world.cluster(zone).deployments.get(job)?.metadata.labels?.[labels.role] ?? 'active';
    return world.operator(zone).runs.has(job) && role === 'active';
  };
  for (const job of stage.scenario.jobs.map(jobKey)) {
    const isThere = isActive(job, to);
    const isHome = isBack && isActive(job, from);
    laws.holds(law, !(isThere && isHome), () => `${job} runs in ${from} and in ${to}`);
    const line = report.jobs.find((one) => jobKey(one) === job);
    const newest = newestEpochIn(stage, to, job);
    const holder = holderIn(stage, to, job, newest);
    if (line?.outcome === 'running') {
      laws.holds(law, isThere && newest === line.epoch && holder === report.id, () => {
        return `${job} is to run in ${to} by epoch ${line.epoch}: it ${isThere ? 'runs' : 'does not run'}, the newest epoch is ${newest} of ${holder}`;
      });
    } else if (isBack && whole.includes(job)) {
      const isOnItsWay = holder === report.id;
      laws.holds('no job is lost', isThere || isHome || isOnItsWay, () => `${job} runs nowhere, and nobody claimed it`);
    }
  }
}
