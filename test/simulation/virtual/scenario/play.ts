/** Plays a scenario: sets the fleet up, loses the zone, escapes, and lets the dust settle. */
import { setTimeout as sleep } from 'node:timers/promises';
import { annotations, labels } from '../../../../model/job/marks.ts';
import type { ReportSummary } from '../../../../model/results/escape.ts';
import { jobKey } from '../../../../model/job/job.ts';
import { reportSchema, type Report } from '../../../../model/report/schema.ts';
import { Refusal, requestEscape, startProtection } from '../../../../client/client.ts';
import { userDeployment } from '../../harness/fleet.ts';
import { currentWork } from '../../../../simulation/temporal/current-work.ts';
import { damageRecoveryPoints, isIntact, manifestsOf } from './damage.ts';
import { actAsPeople, incident, type Acts } from './people.ts';
import { deployResidents, limitRoom } from './residents.ts';
import type { SimulatedJob } from './scenario.ts';
import type { Stage } from './stage.ts';

/** An escape that has ended, for the laws to judge. */
export interface Escaped {
  from: string;
  to: string;
  summary: ReportSummary;
  report: Report;
  /** Keys of the jobs that nothing kept from running again. */
  whole: string[];
}

/** The escape that a scenario is about. */
export interface Played extends Escaped {
  triggeredMs: number;
  endedMs: number;
  /** Keys of the jobs that had a recovery point in the peer when the zone was lost. */
  protectedJobs: Set<string>;
  acts: Acts;
}

export async function play(stage: Stage): Promise<Played> {
  const { scenario, world, home, peer, log } = stage;
  for (let index = 0; index < scenario.workers; index++) stage.fleet.start();
  await deployFleet(stage);
  let protectedJobs = new Set<string>();
  for (let round = 0; round < scenario.rounds; round++) protectedJobs = await protectOnce(stage, home);
  await raiseTiers(stage);
  damageRecoveryPoints(stage);
  loseZone(stage);
  await sleep(scenario.loss.noticedAfterMs);
  const triggeredMs = Date.now();
  stage.changesFromMs = triggeredMs + (scenario.trigger.approvedAfterMs ?? 0);
  const whole = scenario.jobs.filter((job) => isSound(job) && isRestorable(stage, job)).map(jobKey);
  const background = unleash(stage);

  if (scenario.trigger.dryRun === 'before') await dryRun(stage);
  const beside = scenario.trigger.dryRun === 'beside' ? dryRun(stage) : undefined;
  const acts: Acts = { aborted: false, skipped: new Set() };
  let isOver = false;
  const people = actAsPeople(stage, acts, () => isOver);
  const summary = await escapeUntilDone(stage);
  const endedMs = Date.now();
  isOver = true;
  log.add('run', `the escape ended: ${JSON.stringify(summary.totals)}`);
  await Promise.all([...people, ...background, beside]);
  await settle(stage, home);
  const bytes = world.store(peer).objects.get(summary.reportKey)?.bytes;
  const report = reportSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  return { from: home, to: peer, summary, report, whole, triggeredMs, endedMs, protectedJobs, acts };
}

function isSound({ fault, damage }: SimulatedJob): boolean {
  return damage !== 'all' && (fault === undefined || fault === 'slow');
}

function isRestorable(stage: Stage, job: SimulatedJob): boolean {
  return manifestsOf(stage, job).some((manifest) => isIntact(stage, manifest));
}

async function deployFleet(stage: Stage): Promise<void> {
  const { scenario, world, home } = stage;
  for (const job of scenario.jobs) {
    const deployment = userDeployment(job, job.isRaised ? 'P2' : job.tier);
    deployment.metadata.annotations = {
      ...(job.upstream.length > 0 ? { [annotations.upstream]: job.upstream.join(',') } : {}),
      ...(job.weight === undefined ? {} : { [annotations.weight]: String(job.weight) }),
    };
    await world.cluster(home).applyDeployment(deployment);
  }
  await deployResidents(stage);
  await sleep(60_000);
}

/** By their owners; the rounds that follow make them twins. */
async function raiseTiers({ scenario, world, home }: Stage): Promise<void> {
  for (const job of scenario.jobs) {
    const patch = { metadata: { labels: { [labels.tier]: job.tier } } };
    if (job.isRaised) await world.cluster(home).patchDeployment(job, patch);
  }
}

/** One round by the product itself; keys of the jobs that it protected. */
export async function protectOnce(stage: Stage, zone: string): Promise<Set<string>> {
  const workflowId = await startProtection(stage.client, stage.config, { zone });
  const result = (await stage.client.workflow.getHandle(workflowId).result()) as {
    problems: { namespace: string; name: string; sentence: string }[];
  };
  for (const problem of result.problems) stage.log.add('run', `not protected: ${jobKey(problem)}: ${problem.sentence}`);
  const failed = new Set(result.problems.map(jobKey));
  return new Set(stage.scenario.jobs.map(jobKey).filter((job) => !failed.has(job)));
}

function loseZone(stage: Stage): void {
  const { scenario, world, home, peer, log } = stage;
  stage.latency = scenario.latency;
  const { manner } = scenario.loss;
  const zone = world.zone(home);
  zone.silenceMs = { silent: 3_000, refusing: 1, hanging: 10_000, alive: 0 }[manner];
  zone.dead = manner !== 'alive';
  log.add('fault', `${home} is ${manner === 'alive' ? 'believed lost' : `lost, ${manner}`}`);
  for (const job of scenario.jobs) {
    if (job.fault) world.operator(peer).faults.set(jobKey(job), job.fault);
    const twin = world.operator(peer).runs.get(jobKey(job));
    if (twin && job.twinFault) twin.fault = job.twinFault;
  }
  limitRoom(stage);
}

/** Faults and other work beside the escape, by time. The promises settle when the last of it is over. */
function unleash(stage: Stage): Promise<unknown>[] {
  const { scenario, world, home, peer, log, fleet } = stage;
  const { faults, loss } = scenario;
  const zone = world.zone(peer);
  const during = async (stretch: { fromMs: number; toMs: number }, what: string, set: (on: boolean) => void) => {
    await sleep(stretch.fromMs);
    log.add('fault', `${what} begins`);
    set(true);
    await sleep(stretch.toMs - Math.max(0, stretch.fromMs));
    log.add('fault', `${what} ends`);
    set(false);
  };
  const work: Promise<unknown>[] = [];
  const { trouble, storeRefuses, killAtRequest } = faults;
  if (trouble) {
    const set = (on: boolean) => (zone.troubleShare = on ? trouble.share : 0);
    work.push(during(trouble, `trouble with ${trouble.share * 100} % of calls to ${peer}`, set));
  }
  if (storeRefuses) {
    const set = (on: boolean) => (zone.storeRefuses = on);
    work.push(during(storeRefuses, `refusal of all calls by the store of ${peer}`, set));
  }
  for (const { atMs, replacedAfterMs } of faults.kills) {
    work.push(
      sleep(atMs)
        .then(() => stage.killWorker())
        .then(() => sleep(replacedAfterMs))
        .then(() => fleet.start()),
    );
  }
  if (killAtRequest !== undefined) {
    let seen = 0;
    world.ledger.onNote(() => {
      if (!currentWork.getStore()?.workflowId.startsWith('escape') || ++seen !== killAtRequest) return;
      stage.time.after(0, () => stage.killWorker(), null);
      stage.time.after(7_000, () => fleet.start(), null);
    });
  }
  for (const atMs of scenario.protectAtMs) work.push(sleep(atMs).then(() => protectBeside(stage)));
  if (loss.returnsAfterMs !== undefined && loss.manner !== 'alive') {
    work.push(
      sleep(loss.returnsAfterMs).then(() => {
        log.add('fault', `${home} has power again`);
        world.zone(home).dead = false;
        world.operator(home).powerUp();
      }),
    );
  }
  return work;
}

async function protectBeside(stage: Stage): Promise<void> {
  try {
    await startProtection(stage.client, stage.config, { zone: stage.home });
  } catch (error) {
    // A round that is under way is a fine answer.
    if (!(error instanceof Refusal)) throw error;
  }
}

async function dryRun(stage: Stage): Promise<void> {
  const { client, config, home, log } = stage;
  try {
    const asked = await requestEscape(client, config, { zone: home, incident, dryRun: true });
    await client.workflow.getHandle(asked.workflowId).result();
  } catch (error) {
    log.add('run', `the dry run ended badly: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** As a person would: a peer that was given up is tried again by the same incident, half a minute later. */
async function escapeUntilDone(stage: Stage): Promise<ReportSummary> {
  const { client, config, home, scenario, log } = stage;
  const { tiers, approvedAfterMs } = scenario.trigger;
  const input = { ...(tiers ? { tiers } : {}), ...(approvedAfterMs === undefined ? {} : { approval: true as const }) };
  for (let givenUp = 0; ; givenUp++) {
    try {
      const asked = await requestEscape(client, config, { zone: home, incident, ...input });
      if (!asked.verdict.accepted) throw new Error(asked.verdict.sentence);
      return (await client.workflow.getHandle(asked.workflowId).result()) as ReportSummary;
    } catch (error) {
      const why = messages(error);
      log.add('run', `the escape ended badly: ${why}`);
      if (givenUp >= 5) throw error;
      await sleep(30_000);
    }
  }
}

/** Long enough for what was left behind: the watch for the lost zone, rounds of protection. */
export async function settle({ server, world, fleet }: Stage, lost: string): Promise<void> {
  while (fleet.size < 1) await sleep(1_000);
  const isBusy = ({ info, isRunning }: (typeof server.runs)[number]): boolean =>
    isRunning && (info.workflowType !== 'fenceReturn' || !world.zone(lost).dead);
  while (server.runs.some(isBusy)) await sleep(1_000);
}

function messages(error: unknown): string {
  const all: string[] = [];
  for (let one: unknown = error; one instanceof Error; one = one.cause) all.push(one.message);
  return all.join(': ');
}
