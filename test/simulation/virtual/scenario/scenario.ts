/** What happens in the run of one seed, drawn before it begins: the fleet, the loss, the faults, the people. */
import type { Tier } from '../../../../model/job/tier.ts';
import type { RunFault } from '../../../../simulation/flink/faults.ts';
import { Random } from '../../../../simulation/time/random.ts';

export interface SimulatedJob {
  namespace: string;
  name: string;
  tier: Tier;
  /** Keys of the jobs that feed it. */
  upstream: string[];
  weight: number | undefined;
  /** It was of tier P2 in the rounds before the loss, and was made P0 since. */
  isRaised: boolean;
  /** What is wrong with each of its runs in the peer. */
  fault: RunFault | undefined;
  /** What its twin suffers from when the zone is lost; a run that is started instead is well. */
  twinFault: RunFault | undefined;
  /** What happened to its recovery points in the peer's store before the loss. */
  damage: 'none' | 'newest' | 'all';
}

/** A stretch of time, counted from the trigger. */
export interface Stretch {
  fromMs: number;
  toMs: number;
}

/** What an operator tells the escape, and when. */
export interface Word {
  atMs: number;
  says:
    | { word: 'pause' | 'resume' | 'abort' }
    | { word: 'skipJob'; job: string }
    | { word: 'holdTier' | 'releaseTier'; tier: Tier };
}

export interface Scenario {
  seed: number;
  jobs: SimulatedJob[];
  batchSize: number;
  workers: number;
  /** How long a request is under way; a share of them takes ten times as long. */
  latency: { leastMs: number; mostMs: number; slowShare: number };
  /** Rounds of protection before the loss. */
  rounds: number;
  loss: {
    /** How the lost zone meets callers; `alive`: the alarm was false. */
    manner: 'silent' | 'refusing' | 'hanging' | 'alive';
    /** From the loss to the trigger. */
    noticedAfterMs: number;
    /** From the trigger until the zone has power again; undefined: not in this run. */
    returnsAfterMs: number | undefined;
  };
  trigger: {
    tiers: Tier[] | undefined;
    /** A dry run before it, or at the same moment. */
    dryRun: 'no' | 'before' | 'beside';
    /** The same incident is sent again after so much. */
    repeatedAfterMs: number | undefined;
    /** Another incident for the zone is sent after so much. */
    otherAfterMs: number | undefined;
    /** It must be approved, and somebody tries to from then on; undefined: it need not. */
    approvedAfterMs: number | undefined;
  };
  words: Word[];
  faults: {
    /** Share of calls to the peer that end badly, and when. */
    trouble: (Stretch & { share: number }) | undefined;
    storeRefuses: Stretch | undefined;
    /** Workers are killed at these times; a new one starts after so much. */
    kills: { atMs: number; replacedAfterMs: number }[];
    /** The nth request of the escape kills the worker that makes it. */
    killAtRequest: number | undefined;
  };
  /** Rounds of protection beside the escape, from the trigger on. */
  protectAtMs: number[];
  /** P3 jobs that run in the peer, each on a node of its own; where room is short they make it. */
  residents: number;
  /**
   * What follows when all has settled: another escape of the same zone, or the jobs are protected where they run now,
   * and that zone is lost too.
   */
  sequel: 'again' | 'back' | undefined;
  /** Nodes of the peer have room for so many jobs that do not run there yet; undefined: for all. */
  roomFor: number | undefined;
}

const faults: RunFault[] = [
  'never-ready',
  'slow',
  'restart-loop',
  'wrong-path',
  'rest-5xx',
  'rest-silent',
  'falls-silent',
  'file-missing',
  'metadata-damaged',
  'no-room',
];
const twinFaults: RunFault[] = ['restart-loop', 'rest-5xx', 'rest-silent', 'never-ready'];

export function drawScenario(seed: number): Scenario {
  const random = new Random(seed, 'scenario');
  const jobs = drawJobs(random);
  const manner = random.pick(['silent', 'refusing', 'hanging', 'alive'] as const);
  const sometimes = <T>(share: number, draw: () => T): T | undefined => (random.chance(share) ? draw() : undefined);
  return {
    seed,
    jobs,
    batchSize: random.between(1, 9),
    workers: random.between(1, 3),
    latency: {
      leastMs: 1,
      mostMs: random.pick([5, 40, 40, 40, 200, 900]),
      slowShare: random.chance(0.3) ? 0.05 : 0,
    },
    rounds: random.chance(0.25) ? 2 : 1,
    loss: {
      manner,
      noticedAfterMs: random.between(0, 60_000),
      returnsAfterMs: manner === 'alive' ? 0 : sometimes(0.5, () => random.between(5_000, 240_000)),
    },
    trigger: {
      // A tier of which there is no job is refused.
      tiers: sometimes(0.1, () => tiersOf(jobs)),
      dryRun: random.chance(0.15) ? random.pick(['before', 'beside'] as const) : 'no',
      repeatedAfterMs: sometimes(0.3, () => random.between(0, 60_000)),
      otherAfterMs: sometimes(0.3, () => random.between(0, 60_000)),
      approvedAfterMs: sometimes(0.1, () => random.between(0, 30_000)),
    },
    words: drawWords(random, jobs),
    faults: {
      trouble: sometimes(0.4, () => ({ ...drawStretch(random, 60_000), share: random.between(2, 40) / 100 })),
      storeRefuses: sometimes(0.15, () => drawStretch(random, 30_000)),
      kills: Array.from({ length: random.chance(0.4) ? random.between(1, 4) : 0 }, () => ({
        atMs: random.between(0, 90_000),
        replacedAfterMs: random.between(0, 20_000),
      })),
      killAtRequest: sometimes(0.3, () => random.between(1, jobs.length * 30)),
    },
    protectAtMs: Array.from({ length: random.chance(0.4) ? random.between(1, 3) : 0 }, () =>
      random.chance(0.7) ? random.between(0, 4_000) : random.between(0, 90_000),
    ),
    residents: random.chance(0.1) ? random.between(1, 4) : 0,
    sequel: sometimes(0.2, () => random.pick(['again', 'back'] as const)),
    roomFor: sometimes(0.15, () => random.between(0, jobs.length)),
  };
}

function drawJobs(random: Random): SimulatedJob[] {
  // Mostly few, so that many seeds can be run; now and then some tens.
  const count = random.chance(0.04) ? random.between(12, 40) : random.between(1, 7);
  const isIll = random.chance(0.5);
  const jobs: SimulatedJob[] = [];
  for (let index = 0; index < count; index++) {
    const tier = random.pick(['P0', 'P1', 'P1', 'P2', 'P2', 'P3'] as const);
    const feeder = random.chance(0.25) && jobs.length > 0 ? random.pick(jobs) : undefined;
    jobs.push({
      namespace: random.chance(0.8) ? 'default' : 'team-b',
      name: `${tier.toLowerCase()}-${index}`,
      tier,
      upstream: feeder ? [`${feeder.namespace}/${feeder.name}`] : [],
      weight: random.chance(0.2) ? random.between(0, 5) : undefined,
      isRaised: tier === 'P0' && random.chance(0.15),
      fault: isIll && random.chance(0.2) ? random.pick(faults) : undefined,
      twinFault: tier === 'P0' && random.chance(0.3) ? random.pick(twinFaults) : undefined,
      damage: random.chance(0.1) ? random.pick(['newest', 'all'] as const) : 'none',
    });
  }
  return jobs;
}

/** Tiers of about half of the standbys, at least of one; undefined where there is none. */
function tiersOf(jobs: readonly SimulatedJob[]): Tier[] | undefined {
  const known = jobs.filter(({ isRaised }) => !isRaised).slice(0, Math.ceil(jobs.length / 2));
  return known.length > 0 ? [...new Set(known.map(({ tier }) => tier))] : undefined;
}

function drawWords(random: Random, jobs: readonly SimulatedJob[]): Word[] {
  const words: Word[] = [];
  if (random.chance(0.2)) {
    const pausedAt = random.between(0, 30_000);
    if (random.chance(0.7)) words.push({ atMs: pausedAt, says: { word: 'pause' } });
    const word = random.pick(['resume', 'abort'] as const);
    words.push({ atMs: pausedAt + random.between(1_000, 60_000), says: { word } });
  }
  if (random.chance(0.1)) {
    const { tier } = random.pick(jobs);
    const heldAt = random.between(0, 10_000);
    words.push({ atMs: heldAt, says: { word: 'holdTier', tier } });
    words.push({ atMs: heldAt + random.between(1_000, 60_000), says: { word: 'releaseTier', tier } });
  }
  if (random.chance(0.1)) {
    const { namespace, name } = random.pick(jobs);
    words.push({ atMs: random.between(0, 5_000), says: { word: 'skipJob', job: `${namespace}/${name}` } });
  }
  return words;
}

function drawStretch(random: Random, longestMs: number): Stretch {
  const fromMs = random.between(-5_000, 60_000);
  return { fromMs, toMs: fromMs + random.between(1_000, longestMs) };
}
