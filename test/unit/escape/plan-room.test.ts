import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ZoneRoom, type RoomSeen } from '../../../model/capacity/zone-room.ts';
import { demandOf } from '../../../model/capacity/demand.ts';
import { maxLevels } from '../../../model/lineage/lineage.ts';
import { batchesOf } from '../../../model/move/batches.ts';
import type { EscapeAssessment, EscapePlan } from '../../../model/move/plan-types.ts';
import { planEscape } from '../../../model/move/plan.ts';
import { jobKey } from '../../../model/job/job.ts';
import { jobOf } from '../../../model/job/flink-deployment.ts';
import { annotations } from '../../../model/job/marks.ts';
import { tiers, type Tier } from '../../../model/job/tier.ts';
import { buildDeployment, buildSizedSpec } from '../../builders/deployment.ts';
import { buildAssessment } from '../../builders/plan.ts';
import { node } from '../../builders/room.ts';
import { nodes, pods } from '../capacity/arbitrary-room.ts';

interface Candidate {
  name: string;
  tier: Tier;
  role?: 'standby' | 'twin';
  /** Cores of its one TaskManager; its JobManager takes a tenth of one. */
  cpu?: number;
  parallelism?: number;
  weight?: string | undefined;
  upstream?: string;
}

function deploymentOf({ name, tier, role = 'standby', cpu = 1, parallelism, weight, upstream }: Candidate) {
  const marks = {
    [annotations.activeZone]: 'az-a',
    [annotations.weight]: weight,
    [annotations.upstream]: upstream,
  };
  const size = { ...(parallelism === undefined ? {} : { parallelism }), taskManager: { cpu, memory: '1g' } };
  return buildDeployment({ name, tier, role, annotations: marks, spec: buildSizedSpec(size) });
}

function plan(of: Candidate[], room?: RoomSeen, more: Partial<EscapeAssessment> = {}): EscapePlan {
  return planEscape(buildAssessment(of.map(deploymentOf), { ...(room ? { room } : {}), ...more }));
}

const seen = (...of: Parameters<typeof node>[]): RoomSeen => ({
  nodes: { nodes: of.map((one) => node(...one)), pods: [] },
  quotas: null,
});

const started = ({ waves }: EscapePlan) => waves.map(({ jobs }) => jobs.map(({ name }) => name));
const leftOf = ({ left }: EscapePlan) => left.map(({ name }) => name);

const candidates = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,2}$/),
    tier: fc.constantFrom(...tiers),
    role: fc.constantFrom('standby', 'standby', 'standby', 'twin'),
    cpu: fc.constantFrom(0.2, 0.5, 1, 2),
    parallelism: fc.integer({ min: 1, max: 4 }),
    weight: fc.constantFrom(undefined, undefined, '2', '0.5', '-1', 'heavy'),
    upstream: fc.constantFrom('', 'default/a', 'b, default/c', 'elsewhere/x'),
  }) as fc.Arbitrary<Candidate>,
  { selector: ({ name }) => name, maxLength: 25 },
);
const rooms: fc.Arbitrary<RoomSeen> = fc.record({
  nodes: fc.option(fc.record({ nodes, pods })),
  quotas: fc.option(
    fc.array(
      fc.record({
        namespace: fc.constantFrom('default', 'other'),
        name: fc.constant('team'),
        cpuMillis: fc.option(fc.integer({ min: -500, max: 9000 })),
        memoryBytes: fc.option(fc.integer({ min: 0, max: 2 ** 34 })),
        pods: fc.option(fc.integer({ min: 0, max: 20 })),
      }),
      { maxLength: 2 },
    ),
  ),
});

describe('a plan within the room of the peer zone', () => {
  test('puts every candidate in exactly one place', () => {
    fc.assert(
      fc.property(candidates, rooms, (of, room) => {
        const made = plan(of, room);
        const places = [...started(made).flat(), ...leftOf(made)];
        expect(places.toSorted()).toEqual(of.map(({ name }) => name).toSorted());
        for (const { code } of made.left) expect(code).toBe('NoRoom');
      }),
    );
  });

  test('asks for no more room than there is', () => {
    fc.assert(
      fc.property(candidates, rooms, (of, room) => {
        const zone = new ZoneRoom('az-b', room);
        const byName = new Map(of.map((one) => [one.name, deploymentOf(one)]));
        for (const job of inOrderOfImportance(plan(of, room), of)) {
          const demand = demandOf(byName.get(job)!.spec);
          if ('unknown' in demand) throw new Error(demand.unknown);
          expect(zone.take({ namespace: 'default', name: job }, demand).fits).toBe(true);
        }
      }),
    );
  });

  test('what is less important changes nothing for what is more: no P2 is placed while a P1 is left that could run', () => {
    fc.assert(
      fc.property(candidates, rooms, fc.constantFrom(...tiers), (of, room, last) => {
        const upTo = (tier: Tier | null) => tier !== null && tier <= last;
        const all = plan(of, room);
        const alone = plan(
          of.filter(({ tier }) => upTo(tier)),
          room,
        );
        expect(all.waves.filter(({ tier }) => upTo(tier))).toEqual(alone.waves);
        expect(all.left.filter(({ tier }) => upTo(tier))).toEqual(alone.left);
      }),
    );
  });

  test('the most important job that is not a twin is left only if the empty room is too little for it', () => {
    fc.assert(
      fc.property(candidates, rooms, (of, room) => {
        const made = plan(of, room);
        const [first] = planAnyway(of).filter((name) => of.find((one) => one.name === name)!.role !== 'twin');
        if (first === undefined) return;
        const one = deploymentOf(of.find(({ name }) => name === first)!);
        const verdict = new ZoneRoom('az-b', room).take(jobOf(one), demandOf(one.spec) as never);
        expect(leftOf(made).includes(first)).toBe(!verdict.fits);
      }),
    );
  });

  test('is the same for the same input in any order', () => {
    fc.assert(
      fc.property(candidates, rooms, (of, room) => {
        const turned: RoomSeen = {
          nodes: room.nodes && {
            nodes: room.nodes.nodes.toReversed(),
            pods: room.nodes.pods.toReversed(),
          },
          quotas: room.quotas,
        };
        expect(plan(of.toReversed(), turned)).toEqual(plan(of, room));
      }),
    );
  });

  test('never leaves a twin, which runs already, nor anything where nothing could be seen', () => {
    fc.assert(
      fc.property(candidates, rooms, (of, room) => {
        const left = new Set(leftOf(plan(of, room)));
        expect(of.filter(({ name, role }) => role === 'twin' && left.has(name))).toEqual([]);
        expect(plan(of).left).toEqual([]);
        expect(plan(of, { nodes: null, quotas: null }).left).toEqual([]);
      }),
    );
  });
});

/** Names in the order in which they get room: all are placed where no room is judged. */
function planAnyway(of: Candidate[]): string[] {
  const byTier = tiers.flatMap((tier) => {
    const alone = of.filter((one) => one.tier === tier).map((one) => ({ ...one, upstream: '' }));
    return started(plan(alone)).flat();
  });
  return byTier;
}

function inOrderOfImportance(made: EscapePlan, of: Candidate[]): string[] {
  const placed = new Map(made.waves.flatMap(({ jobs }) => jobs.map((job) => [job.name, job])));
  return planAnyway(of).filter((name) => placed.get(name)?.kind === 'standby');
}

describe('importance', () => {
  test('goes by tier, then weight, then cost, then name', () => {
    const of: Candidate[] = [
      { name: 'p2', tier: 'P2', weight: '99' },
      { name: 'b', tier: 'P1' },
      { name: 'a', tier: 'P1' },
      { name: 'big', tier: 'P1', cpu: 8 },
      { name: 'heavy', tier: 'P1', weight: '1.5', cpu: 9 },
      { name: 'light', tier: 'P1', weight: '0.5', cpu: 0.1 },
    ];
    expect(started(plan(of))).toEqual([['heavy', 'a', 'b', 'big', 'light'], ['p2']]);
  });

  test('decides who gets the room, and what is left says what is missing', () => {
    const of: Candidate[] = [
      { name: 'p1', tier: 'P1', cpu: 2 },
      { name: 'p1-big', tier: 'P1', cpu: 6 },
      { name: 'p2', tier: 'P2', cpu: 1 },
      { name: 'p3', tier: 'P3', cpu: 1 },
      { name: 'twin', tier: 'P0', cpu: 64, role: 'twin' },
    ];
    const made = plan(of, seen(['a', 2500, 8], ['b', 1500, 8]));
    expect(started(made)).toEqual([['twin'], ['p1'], ['p2']]);
    expect(made.left).toEqual([
      {
        namespace: 'default',
        name: 'p1-big',
        from: 'az-a',
        to: 'az-b',
        tier: 'P1',
        code: 'NoRoom',
        message: 'no node of az-b has 6 CPU and 1 GiB free for its TaskManager: largest free is 1.5 CPU and 8 GiB on b',
      },
      expect.objectContaining({ name: 'p3', tier: 'P3' }),
    ]);
  });
});

describe('lineage', () => {
  test('splits a tier into waves; a feeder in another tier or one that is left is not waited for', () => {
    const of: Candidate[] = [
      { name: 'sink', tier: 'P1', upstream: 'default/middle', weight: '9' },
      { name: 'middle', tier: 'P1', upstream: 'source' },
      { name: 'source', tier: 'P1' },
      { name: 'p0', tier: 'P0', upstream: 'default/source' },
      { name: 'p2', tier: 'P2', upstream: 'default/sink' },
    ];
    const made = plan(of);
    expect(started(made)).toEqual([['p0'], ['source'], ['middle'], ['sink'], ['p2']]);
    expect(made.waves.map(({ wave, tier, level }) => [wave, tier, level])).toEqual([
      [0, 'P0', 0],
      [1, 'P1', 0],
      [2, 'P1', 1],
      [3, 'P1', 2],
      [4, 'P2', 0],
    ]);
    for (const { wave, jobs } of made.waves) for (const job of jobs) expect(job.wave).toBe(wave);
    const without = plan([{ ...of[0]! }, { ...of[1]!, cpu: 64 }, of[2]!], seen(['a', 8000, 64]));
    expect(started(without)).toEqual([['sink', 'source']]);
    expect(leftOf(without)).toEqual(['middle']);
  });
});

test('batches of 10,000 jobs in long chains stay far below the payload of a workflow', () => {
  const of = Array.from({ length: 10_000 }, (_, at): Candidate => {
    const fed = at >= 4 && at % 400 >= 4 ? { upstream: `default/j${at - 4}` } : {};
    return { name: `j${at}`, tier: tiers[at % 4]!, ...fed };
  });
  const made = plan(of);
  expect(made.waves).toHaveLength(4 * maxLevels);
  expect(JSON.stringify(batchesOf(made.waves, 100)).length).toBeLessThan(64_000);
  expect(JSON.stringify(made.notes).length).toBeLessThan(10_000);
});

describe('a plan says beforehand', () => {
  const schedule = { startsPerSecond: 1, timeToRunSeconds: 60, batchSize: 100, elapsedSeconds: 5, budgetSeconds: 70 };

  test('when each wave is expected and what will be late', () => {
    const of = Array.from({ length: 8 }, (_, at): Candidate => ({ name: `j${at}`, tier: at < 5 ? 'P1' : 'P2' }));
    const made = plan(of, undefined, { schedule });
    expect(made.waves.map(({ expectedSeconds }) => expectedSeconds)).toEqual([70, 73]);
    expect(made.late.map(({ wave, tier }) => [wave, tier])).toEqual([[1, 'P2']]);
    expect(plan(of).waves.map(({ expectedSeconds }) => expectedSeconds)).toEqual([null, null]);
  });

  test('what each job asks for, and what was not judged', () => {
    const of: Candidate[] = [
      { name: 'a', tier: 'P1', parallelism: 3, weight: 'heavy' },
      { name: 'b', tier: 'P1', role: 'twin' },
    ];
    const input = of.map(deploymentOf);
    input.push({ ...deploymentOf({ name: 'odd', tier: 'P2' }), spec: { taskManager: { resource: { memory: '?' } } } });
    const made = plan([], seen(['a', 9000, 64]), { candidates: input, notes: ['quotas were not read'] });
    const byKey = new Map(made.waves.flatMap(({ jobs }) => jobs.map((job) => [jobKey(job), job.demand])));
    expect(Object.fromEntries(byKey)).toEqual({
      'default/a': { cpuMillis: 3100, memoryBytes: 3 * 2 ** 30 + 100 * 2 ** 20, pods: 4 },
      'default/b': null,
      'default/odd': null,
    });
    expect(made.notes).toEqual([
      'quotas were not read',
      'weight "heavy" of default/a is no number; it counts as 1',
      'room for default/odd was not judged: the memory of its TaskManager cannot be read',
    ]);
  });
});
