/** Plays a scenario: sets the fleet up, loses the zone, escapes, and lets the dust settle. */
import { setTimeout as sleep } from 'node:timers/promises';
import { annotations, labels } from '../../../../model/kubernetes/marks.ts';
import type { ReportSummary } from '../../../../activities/escape/types.ts';
import { jobKey } from '../../../../model/job.ts';
import { reportSchema, type Report } from '../../../../model/report/schema.ts';
import { Refusal, requestEscape, startProtection } from '../../../../worker/client.ts';
import { tellEscape } from '../../../../worker/running-escape.ts';
import { userDeployment } from '../../harness/fleet.ts';
import { currentWork } from '../temporal/current-work.ts';
import { damageRecoveryPoints, isIntact, manifestsOf } from './damage.ts';
import type { Stage } from './stage.ts';

/** What a run came to, for the laws to judge. */
export interface Played {
  triggeredMs: number;
  endedMs: number;
  /** Keys of the jobs that had a recovery point in the peer when the zone was lost. */
  protectedJobs: Set<string>;
  /** Those of which one was intact at the trigger. */
  restorable: Set<string>;
  summary: ReportSummary;
  report: Report;
  /** Verdicts of the same incident sent again, and of another one, while the first ran. */
  repeated: { accepted: boolean; workflowId: string } | undefined;
  other: { accepted: boolean; code: string | undefined } | undefined;
  aborted: boolean;
  paused: boolean;
  /** How often the peer was given up and the incident sent again. */
  givenUp: number;
}

export const incident = 'INC-1';

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
  const restorable = new Set(
    scenario.jobs.filter((job) => manifestsOf(stage, job).some((one) => isIntact(stage, one))).map(jobKey),
  );
  const background = unleash(stage);

  if (scenario.trigger.dryRun === 'before') await dryRun(stage);
  const beside = scenario.trigger.dryRun === 'beside' ? dryRun(stage) : undefined;
  const played = { repeated: undefined, other: undefined, aborted: false, paused: false } as Pick<
    Played,
    'repeated' | 'other' | 'aborted' | 'paused'
  >;
  const people = actAsPeople(stage, played);
  const { summary, givenUp } = await escapeUntilDone(stage);
  const endedMs = Date.now();
  log.add('run', `the escape ended: ${JSON.stringify(summary.totals)}`);
  await Promise.all([...people, ...background, beside]);
  await settle(stage);
  const bytes = world.store(peer).objects.get(summary.reportKey)?.bytes;
  const report = reportSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  return { triggeredMs, endedMs, protectedJobs, restorable, summary, report, givenUp, ...played };
}

async function deployFleet({ scenario, world, home }: Stage): Promise<void> {
  for (const job of scenario.jobs) {
    const deployment = userDeployment(job, job.isRaised ? 'P2' : job.tier);
    deployment.metadata.annotations = {
      ...(job.upstream.length > 0 ? { [annotations.upstream]: job.upstream.join(',') } : {}),
      ...(job.weight === undefined ? {} : { [annotations.weight]: String(job.weight) }),
    };
    await world.cluster(home).applyDeployment(deployment);
  }
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
async function protectOnce(stage: Stage, zone: string): Promise<Set<string>> {
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
  if (scenario.roomFor !== undefined) {
    const room = { cpuMillis: 2_000 * scenario.roomFor, memoryBytes: 2 ** 33 * scenario.roomFor, pods: 1_000 };
    const cluster = world.cluster(peer);
    cluster.nodes = cluster.nodes.map((node) => ({ ...node, ...room }));
  }
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

function actAsPeople(stage: Stage, played: Pick<Played, 'repeated' | 'other' | 'aborted' | 'paused'>): Promise<void>[] {
  const { scenario, client, config, home, log } = stage;
  const { repeatedAfterMs, otherAfterMs } = scenario.trigger;
  const isUnderWay = (): boolean => stage.server.find(`escape-active/${home}`)?.isRunning ?? false;
  const acts: Promise<void>[] = [];
  const ask = async (name: string): Promise<{ accepted: boolean; code: string | undefined; workflowId: string }> => {
    const { verdict } = await requestEscape(client, config, { zone: home, incident: name });
    log.add('run', `${name} sent: ${verdict.sentence}`);
    return { accepted: verdict.accepted, code: verdict.code, workflowId: verdict.workflowId };
  };
  if (repeatedAfterMs !== undefined) {
    acts.push(
      sleep(repeatedAfterMs).then(async () => {
        if (isUnderWay()) played.repeated = await ask(incident);
      }),
    );
  }
  if (otherAfterMs !== undefined) {
    acts.push(
      sleep(otherAfterMs).then(async () => {
        if (!isUnderWay()) return;
        const verdict = await ask('INC-2');
        // The first may have ended while the answer was under way.
        if (isUnderWay()) played.other = verdict;
      }),
    );
  }
  for (const { atMs, word } of scenario.words) {
    acts.push(
      sleep(atMs).then(async () => {
        if (!isUnderWay()) return;
        try {
          await tellEscape(client, config, home, { word, by: 'simulated operator' });
          log.add('run', `told to ${word}`);
          if (word === 'abort') played.aborted = true;
          if (word === 'pause') played.paused = true;
        } catch (error) {
          log.add('run', `not told to ${word}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }),
    );
  }
  return acts;
}

/** As a person would: a peer that was given up is tried again by the same incident, half a minute later. */
async function escapeUntilDone(stage: Stage): Promise<{ summary: ReportSummary; givenUp: number }> {
  const { client, config, home, scenario, log } = stage;
  const { tiers } = scenario.trigger;
  for (let givenUp = 0; ; givenUp++) {
    try {
      const asked = await requestEscape(client, config, { zone: home, incident, ...(tiers ? { tiers } : {}) });
      if (!asked.verdict.accepted) throw new Error(asked.verdict.sentence);
      const summary = (await client.workflow.getHandle(asked.workflowId).result()) as ReportSummary;
      return { summary, givenUp };
    } catch (error) {
      const why = messages(error);
      log.add('run', `the escape ended badly: ${why}`);
      if (givenUp >= 5) throw error;
      await sleep(30_000);
    }
  }
}

/** Long enough for what was left behind: the watch for the lost zone, rounds of protection. */
async function settle({ server, scenario, fleet }: Stage): Promise<void> {
  while (fleet.size < 1) await sleep(1_000);
  const isBusy = ({ info, isRunning }: (typeof server.runs)[number]): boolean =>
    isRunning && (info.workflowType !== 'fenceReturn' || scenario.loss.returnsAfterMs !== undefined);
  while (server.runs.some(isBusy)) await sleep(1_000);
}

function messages(error: unknown): string {
  const all: string[] = [];
  for (let one: unknown = error; one instanceof Error; one = one.cause) all.push(one.message);
  return all.join(': ');
}
