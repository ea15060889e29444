/**
 * Whether periodic protection holds its schedule: many jobs in two simulated zones, in real time, by real schedules of
 * a real Temporal server and one worker. Half of the jobs ship, the others take savepoints of up to three seconds; each
 * request takes 5 ms. What a round costs includes the simulation of both zones, which are in the same process.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { buildBundle } from '../../runtime/build-bundle.ts';
import { createWorker } from '../../worker/run-worker.ts';
import { protectZone } from '../../client/client.ts';
import { applySchedules } from '../../client/schedules.ts';
import { jobKey } from '../../model/job/job.ts';
import { annotations } from '../../model/job/marks.ts';
import { tiers, type Tier } from '../../model/job/tier.ts';
import type { ProtectSummary } from '../../workflows/protect/protect-zone.ts';
import { fleetOf, userDeployment, type FleetJob } from '../simulation/harness/fleet.ts';
import { startServer } from '../temporal/harness/server.ts';
import { twoZones } from '../simulation/harness/two-zones.ts';
import { waitUntil } from '../simulation/harness/wait-until.ts';
import { SimulatedWorld } from '../../simulation/world/simulated-world.ts';
import { timed, type BenchRow } from './row.ts';

/** Of all jobs; the rest is P3. */
const shares = { P0: 0.05, P1: 0.15, P2: 0.5 } as const;

/** Protects `jobs` jobs for so many minutes. The last rows say what of its interval each tier's longest round took. */
export async function benchSweep(jobs: number, minutes: number): Promise<BenchRow[]> {
  await buildBundle();
  const { config, home, peer } = twoZones('sweep');
  for (const policy of Object.values(config.tiers)) policy.mode = 'auto';
  const world = new SimulatedWorld(config, { seed: 1, speed: 1 });
  for (const zone of [home, peer]) world.zone(zone).latency = () => ({ beforeMs: 5, afterMs: 0 });
  const fleet = fleetOfSize(jobs);
  console.error(`starting ${jobs} jobs …`);
  await deployAll(world, home, fleet);
  const gaps = new Gaps(world, fleet);
  const env = await startServer();
  try {
    const worker = await createWorker(env.nativeConnection, 'default', config, world);
    return await worker.runUntil(async () => {
      console.error('first round, by hand …');
      const firstCpu = temporalCpuSeconds();
      const first = await timed(() => protectZone(env.client, config, { zone: home }, () => {}));
      const { protected: kept } = first.result.summary;
      if (kept !== jobs) throw new Error(`the first round protected ${kept} of ${jobs} jobs`);
      const rows = [rowOf(`first round of ${jobs} jobs, twins started`, jobs, first, 1)];
      rows.push(temporalRow('Temporal server meanwhile', jobs, first.seconds, firstCpu));

      gaps.clear();
      console.error(`${minutes} minutes by schedule …`);
      await applySchedules(env.client, config);
      // The next whole hour may be far: its round is begun now, so that every tier has one in the time measured.
      await env.client.schedule.getHandle(`protect/${home}/P3`).trigger();
      const cpu = temporalCpuSeconds();
      const run = await timed(() => delay(minutes * 60_000));
      for (const tier of tiers) await env.client.schedule.getHandle(`protect/${home}/${tier}`).pause();
      const seen = await roundsOf(env, home);
      const jobRounds = seen.reduce((sum, { summary }) => sum + (summary?.protected ?? 0), 0);
      rows.push(rowOf(`${minutes} minutes by schedule, job rounds`, jobRounds, run, 1));
      rows.push(temporalRow('Temporal server meanwhile', jobRounds, run.seconds, cpu));
      for (const tier of tiers) rows.push(...(await tierRows(env, { home, tier, fleet, seen, gaps, config })));
      return rows;
    });
  } finally {
    await env.teardown();
  }
}

function fleetOfSize(jobs: number): FleetJob[] {
  const [P0, P1, P2] = [shares.P0, shares.P1, shares.P2].map((share) => Math.round(jobs * share)) as [
    number,
    number,
    number,
  ];
  return fleetOf({ P0, P1, P2, P3: jobs - P0 - P1 - P2 });
}

async function deployAll(world: SimulatedWorld, home: string, fleet: FleetJob[]): Promise<void> {
  for (const [index, job] of fleet.entries()) {
    const deployment = userDeployment(job, job.tier);
    if (index % 2 === 0) {
      deployment.metadata.annotations = { [annotations.mode]: 'ship' };
      world.checkpoints.jobs.add(jobKey(job));
    }
    await world.cluster(home).applyDeployment(deployment);
  }
  const runs = () => fleet.map((job) => world.operator(home).runs.get(jobKey(job))!);
  const isReady = () =>
    runs().every((run) => run.allRunAt(world.now()) && run.checkpointsAt(world.now()).latestCompleted !== undefined);
  await waitUntil('all jobs run and have a checkpoint', isReady, 120_000);
}

/** The longest time between two recovery points of a job, by tier. */
class Gaps {
  readonly #tierOf: Map<string, Tier>;
  readonly #last = new Map<string, number>();
  readonly longest = new Map<Tier, number>();

  constructor(world: SimulatedWorld, fleet: FleetJob[]) {
    this.#tierOf = new Map(fleet.map((job) => [jobKey(job), job.tier]));
    world.ledger.onNote(({ kind, object }) => {
      // Nobody reads it, and it would count as the worker's memory.
      world.ledger.clear();
      if (kind !== 'store put' || !object.endsWith('/manifest.json')) return;
      const [, namespace, name] = object.split('/');
      this.#note(`${namespace}/${name}`, world.now());
    });
  }

  clear(): void {
    this.#last.clear();
    this.longest.clear();
  }

  #note(job: string, nowMs: number): void {
    const last = this.#last.get(job);
    this.#last.set(job, nowMs);
    const tier = this.#tierOf.get(job);
    if (last === undefined || tier === undefined) return;
    this.longest.set(tier, Math.max(this.longest.get(tier) ?? 0, nowMs - last));
  }
}

interface Round {
  tier: string;
  seconds: number;
  /** Absent while it runs. */
  summary: ProtectSummary | undefined;
}

async function roundsOf(env: TestWorkflowEnvironment, home: string): Promise<Round[]> {
  const rounds: Round[] = [];
  for await (const { workflowId, startTime, closeTime } of env.client.workflow.list()) {
    const [, tier] = new RegExp(`^protect/${home}/(P\\d)-`).exec(workflowId) ?? [];
    if (tier === undefined) continue;
    const seconds = ((closeTime ?? new Date()).getTime() - startTime.getTime()) / 1000;
    const summary = closeTime && ((await env.client.workflow.getHandle(workflowId).result()) as ProtectSummary);
    rounds.push({ tier, seconds, summary });
  }
  return rounds;
}

interface TierSeen {
  home: string;
  tier: Tier;
  fleet: FleetJob[];
  seen: Round[];
  gaps: Gaps;
  config: ReturnType<typeof twoZones>['config'];
}

/** A round that was skipped because the one before it still ran, or a job without a recovery point, is no schedule held. */
async function tierRows(
  env: TestWorkflowEnvironment,
  { home, tier, fleet, seen, gaps, config }: TierSeen,
): Promise<BenchRow[]> {
  const { info } = await env.client.schedule.getHandle(`protect/${home}/${tier}`).describe();
  const rounds = seen.filter((round) => round.tier === tier);
  const failed = rounds.reduce((sum, { summary }) => sum + (summary ? summary.failed + summary.refused : 0), 0);
  const missed = info.numActionsSkippedOverlap + info.numActionsMissedCatchupWindow;
  const n = fleet.filter((job) => job.tier === tier).length;
  const interval = config.tiers[tier].intervalMs / 1000;
  const seconds = Math.max(0, ...rounds.map((round) => round.seconds));
  const gap = gaps.longest.get(tier);
  const held = rounds.length > 0 && failed === 0 && missed === 0 ? 'held' : 'NOT HELD';
  const about = [
    `${held}: ${rounds.length} rounds, ${missed} skipped, ${failed} jobs without`,
    ...(gap === undefined ? [] : [`at most ${Math.round(gap / 1000)} s between two of a job`]),
  ].join(', ');
  const nothing = { bytes: null, cpuSeconds: null, rssMb: null };
  return [
    { what: `${tier}: its interval`, n, ...nothing, seconds: interval, ratio: 1 },
    { what: `${tier}: longest round (${about})`, n, ...nothing, seconds, ratio: seconds / interval },
  ];
}

function rowOf(
  what: string,
  n: number,
  { seconds, cpuSeconds, rssMb }: { seconds: number; cpuSeconds: number; rssMb: number },
  ratio: number,
): BenchRow {
  return { what, n, bytes: null, seconds, cpuSeconds, rssMb, ratio };
}

function temporalRow(what: string, n: number, seconds: number, before: number): BenchRow {
  const rss = temporalStatus(/^VmRSS:\s+(\d+) kB$/m);
  return { what, n, bytes: null, seconds, cpuSeconds: temporalCpuSeconds() - before, rssMb: rss / 1024, ratio: 1 };
}

/** Clock ticks are 10 ms on every Linux that Node runs on. */
const ticksPerSecond = 100;

function temporalCpuSeconds(): number {
  const stat = readFileSync(`/proc/${temporalPid()}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function temporalStatus(field: RegExp): number {
  return Number(field.exec(readFileSync(`/proc/${temporalPid()}/status`, 'utf8'))?.[1] ?? 0);
}

/** The SDK started it as a child of this process and does not say which. */
function temporalPid(): string {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      if (/^Name:\s+temporal$/m.test(status) && status.includes(`\nPPid:\t${process.pid}\n`)) return pid;
    } catch {
      // It ended between the two looks.
    }
  }
  throw new Error('this process has no Temporal server');
}
