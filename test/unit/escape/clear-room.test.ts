import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { demandOf } from '../../../model/capacity/demand.ts';
import type { PodRequest } from '../../../model/capacity/types.ts';
import { ZoneRoom, type RoomSeen } from '../../../model/capacity/zone-room.ts';
import { batchesOf } from '../../../model/move/batches.ts';
import { ClearRoom } from '../../../model/capacity/clear-room.ts';
import type { EscapePlan } from '../../../model/move/plan-types.ts';
import { planEscape } from '../../../model/move/plan.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import { annotations, labels } from '../../../model/job/marks.ts';
import { tiers, type Tier } from '../../../model/job/tier.ts';
import { buildDeployment, buildSizedSpec } from '../../builders/deployment.ts';
import { buildAssessment } from '../../builders/plan.ts';
import { node } from '../../builders/room.ts';

interface Wanted {
  name: string;
  tier: Tier;
  cpu: number;
  parallelism: number;
}

interface Running {
  name: string;
  weight?: number | undefined;
  /** Node and millicores of each of its pods. */
  pods: [string, number][];
}

function lost({ name, tier, cpu, parallelism }: Wanted): FlinkDeployment {
  const size = { parallelism, jobManager: { cpu: 0.1, memory: '0' }, taskManager: { cpu, memory: '0' } };
  const marks = { [annotations.activeZone]: 'az-a' };
  return buildDeployment({ name, tier, role: 'standby', annotations: marks, spec: buildSizedSpec(size) });
}

function runs({ name, weight }: Running): FlinkDeployment {
  const marks = { [annotations.weight]: weight === undefined ? undefined : String(weight) };
  return buildDeployment({ name, tier: 'P3', annotations: marks });
}

const podsOf = ({ name, pods }: Running): PodRequest[] =>
  pods.map(([on, cpuMillis]) => ({ node: on, cpuMillis, memoryBytes: 0, priority: 0, job: `default/${name}` }));

const roomOf = (sizes: Record<string, number>, running: Running[]): RoomSeen => ({
  nodes: {
    nodes: Object.entries(sizes).map(([name, cpuMillis]) => node(name, cpuMillis, 64)),
    pods: running.flatMap(podsOf),
  },
  quotas: null,
});

function plan(wanted: Wanted[], room: RoomSeen, running: Running[]): EscapePlan {
  return planEscape(buildAssessment(wanted.map(lost), { room, running: running.map(runs) }));
}

const names = (jobs: { name: string }[]) => jobs.map(({ name }) => name);
const started = ({ waves }: EscapePlan) => waves.flatMap(({ jobs }) => names(jobs));

const wanted = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,2}$/),
    tier: fc.constantFrom(...tiers),
    cpu: fc.constantFrom(0.2, 0.5, 1, 2),
    parallelism: fc.integer({ min: 1, max: 4 }),
  }),
  { selector: ({ name }) => name, maxLength: 12 },
);
const where = fc.constantFrom('n1', 'n2', 'n3', 'n4', 'gone');
const running = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^run-[a-z]$/),
    weight: fc.constantFrom(undefined, 0, 2, -1),
    pods: fc.array(fc.tuple(where, fc.constantFrom(0, 300, 1000, 2500)), { maxLength: 4 }),
  }) as fc.Arbitrary<Running>,
  { selector: ({ name }) => name, maxLength: 7 },
);
const sizes = fc.dictionary(fc.constantFrom('n1', 'n2', 'n3', 'n4'), fc.integer({ min: 0, max: 6000 }));

function demand(one: Wanted) {
  const told = demandOf(lost(one).spec);
  if ('unknown' in told) throw new Error(told.unknown);
  return told;
}

const jobOf = ({ name }: { name: string }) => ({ namespace: 'default', name });

/** Sends jobs through the room one by one, as a plan does, and keeps where each came to stand. */
function place(of: Wanted[], room: RoomSeen, others: Running[]) {
  const zone = new ClearRoom('az-b', room, others.map(runs));
  const steps = of.map((one) => ({ one, given: zone.take(jobOf(one), demand(one), true) }));
  zone.spare();
  const placed = steps.flatMap(({ one, given }) => ('waits' in given ? [{ one, ...given }] : []));
  const ended = new Set(names(zone.victims()));
  return { steps, placed, ended: others.filter(({ name }) => ended.has(name)) };
}

/** The room in which some jobs ended. */
function without(room: RoomSeen, ended: Running[]): ZoneRoom {
  const zone = new ZoneRoom('az-b', room);
  for (const one of ended) zone.release({ ...jobOf(one), pods: podsOf(one) });
  return zone;
}

const everywhere = ['n1', 'n2', 'n3', 'n4'];

describe('P3 jobs that run in the peer zone', () => {
  test('leave room for all that is placed, on every node', () => {
    fc.assert(
      fc.property(wanted, sizes, running, (of, on, others) => {
        const room = roomOf(on, others);
        const { placed, ended } = place(of, room, others);
        const zone = without(room, ended);
        for (const { one, placements } of placed) zone.occupy(jobOf(one), demand(one), placements);
        expect(zone.overfull('default', everywhere)).toEqual([]);
      }),
    );
  });

  test('end only where that helps: none of them could go on beside what is placed', () => {
    fc.assert(
      fc.property(wanted, sizes, running, (of, on, others) => {
        const room = roomOf(on, others);
        const { placed, ended } = place(of, room, others);
        const zone = without(room, ended);
        for (const { one, placements } of placed) zone.occupy(jobOf(one), demand(one), placements);
        for (const one of ended) expect(zone.keep({ ...jobOf(one), pods: podsOf(one) })).toBe(false);
      }),
    );
  });

  test('are not spared while a job is left that could run if all of them ended', () => {
    fc.assert(
      fc.property(wanted, sizes, running, (of, on, others) => {
        const room = roomOf(on, others);
        const zone = without(room, others);
        for (const { one, given } of place(of, room, others).steps) {
          if ('waits' in given) zone.occupy(jobOf(one), demand(one), given.placements);
          else expect(zone.take(jobOf(one), demand(one)).fits).toBe(false);
        }
      }),
    );
  });

  test('are waited for only by jobs that have no room beside them', () => {
    fc.assert(
      fc.property(wanted, sizes, running, (of, on, others) => {
        const room = roomOf(on, others);
        const { placed, ended } = place(of, room, others);
        const beside = new ZoneRoom('az-b', room);
        for (const { one, placements, waits } of placed) {
          if (!waits) beside.occupy(jobOf(one), demand(one), placements);
        }
        expect(beside.overfull('default', everywhere)).toEqual([]);
        expect(placed.some(({ waits }) => waits)).toBe(ended.length > 0);
      }),
    );
  });

  test('never end for a P3 job of the lost zone', () => {
    fc.assert(
      fc.property(wanted, sizes, running, (of, on, others) => {
        const above = of.filter(({ tier }) => tier !== 'P3');
        const [all, most] = [of, above].map((some) => plan(some, roomOf(on, others), others));
        expect(names(all!.preempted).toSorted()).toEqual(names(most!.preempted).toSorted());
        expect(started(all!)).toEqual(expect.arrayContaining(started(most!)));
        if (above.length === 0) expect(all!.preempted).toEqual([]);
      }),
    );
  });

  test('change nothing in who comes first: what is less important takes nothing from what is more', () => {
    fc.assert(
      fc.property(wanted, sizes, running, fc.constantFrom(...tiers), (of, on, others, last) => {
        const room = roomOf(on, others);
        const all = plan(of, room, others);
        const alone = plan(
          of.filter(({ tier }) => tier <= last),
          room,
          others,
        );
        expect(all.waves.filter(({ tier }) => tier <= last)).toEqual(alone.waves);
        expect(all.left.filter(({ tier }) => tier !== null && tier <= last)).toEqual(alone.left);
      }),
    );
  });

  test('are named with those for whom they end, in the same words for the same input in any order', () => {
    fc.assert(
      fc.property(wanted, sizes, running, (of, on, others) => {
        const made = plan(of, roomOf(on, others), others);
        const turned = roomOf(on, others.toReversed());
        turned.nodes!.nodes.reverse();
        expect(plan(of.toReversed(), turned, others.toReversed())).toEqual(made);
        const waiting = made.waves.flatMap(({ jobs }) => jobs.filter(({ waits }) => waits));
        const helped = new Map(waiting.map((job) => [`default/${job.name}`, job.wave]));
        for (const { makesRoomFor, wave } of made.preempted) {
          expect(Math.min(...makesRoomFor.map((key) => helped.get(key)!))).toBe(wave);
        }
        expect(new Set(made.preempted.flatMap(({ makesRoomFor }) => makesRoomFor))).toEqual(new Set(helped.keys()));
        for (const { waits, wave, from, to } of batchesOf(made.waves, 3)) {
          const jobs = made.waves[wave]!.jobs.slice(from, to);
          expect(jobs.every((job) => Boolean(job.waits) === Boolean(waits))).toBe(true);
        }
      }),
    );
  });
});

describe('who ends', () => {
  const p1 = (name: string, cpu: number, parallelism = 1): Wanted => ({ name, tier: 'P1', cpu, parallelism });
  const ended = (of: Wanted[], on: Record<string, number>, others: Running[]) =>
    names(plan(of, roomOf(on, others), others).preempted);

  test('is the lightest that is enough, and nobody where there is room', () => {
    const others: Running[] = [
      { name: 'dear', weight: 5, pods: [['n1', 2000]] },
      { name: 'small', pods: [['n2', 400]] },
      { name: 'large', pods: [['n3', 3000]] },
      { name: 'middle', pods: [['n4', 2000]] },
    ];
    const on = { n1: 2000, n2: 500, n3: 3000, n4: 2000 };
    expect(ended([p1('a', 1.9)], on, others)).toEqual(['middle']);
    expect(ended([p1('a', 0.05)], { ...on, n2: 600 }, others)).toEqual([]);
    expect(ended([p1('a', 2.5)], on, others)).toEqual(['large']);
    expect(ended([p1('a', 1.9, 3)], on, others)).toEqual(['dear', 'large', 'middle']);
  });

  test('are two light ones rather than one that weighs more, and one rather than two of its weight', () => {
    const two: Running[] = [
      { name: 'a', pods: [['n1', 1000]] },
      { name: 'b', pods: [['n1', 1000]] },
    ];
    const one = (weight: number): Running => ({ name: 'c', weight, pods: [['n2', 2100]] });
    const on = { n1: 2100, n2: 2100 };
    expect(ended([p1('x', 2)], on, [...two, one(3)])).toEqual(['a', 'b']);
    expect(ended([p1('x', 2)], on, [...two, one(2)])).toEqual(['c']);
  });

  test('is nobody whose room on single nodes is too little, though the sum would do', () => {
    const others: Running[] = ['n1', 'n2', 'n3'].map((on) => ({ name: `run-${on}`, pods: [[on, 1000]] }));
    const made = plan([p1('a', 2)], roomOf({ n1: 1000, n2: 1000, n3: 1000 }, others), others);
    expect(made.preempted).toEqual([]);
    expect(made.left).toMatchObject([{ code: 'NoRoom', message: expect.stringMatching(/^no node of az-b has 2 CPU/) }]);
  });

  test('is nobody who is no P3, is suspended, moves elsewhere, or whose pods stand on no node', () => {
    const others: Running[] = [{ name: 'run', pods: [['n1', 1000]] }];
    const room = roomOf({ n1: 1100 }, others);
    const job = runs(others[0]!);
    const ends = (more: object, spec: object = job.spec) => {
      const changed = { ...job, metadata: { ...job.metadata, ...more }, spec } as FlinkDeployment;
      const zone = new ClearRoom('az-b', room, [changed]);
      zone.take(jobOf({ name: 'a' }), demand(p1('a', 1)), true);
      return zone.victims().length;
    };
    expect(ends({})).toBe(1);
    expect(ends({ labels: { [labels.tier]: 'P2' } })).toBe(0);
    expect(ends({ labels: { ...job.metadata.labels, [labels.role]: 'standby' } })).toBe(0);
    expect(ends({ annotations: { [annotations.activeZone]: 'az-a' } })).toBe(0);
    expect(ends({ deletionTimestamp: '2026-11-21T03:00:00Z' })).toBe(0);
    expect(ends({}, { job: { state: 'suspended' } })).toBe(0);
    expect(ends({ name: 'other' })).toBe(0);
  });

  test('is one whose quota is what is missing', () => {
    const others: Running[] = [{ name: 'run', pods: [['n1', 1000]] }];
    const quota = { namespace: 'default', name: 'team', cpuMillis: 500, memoryBytes: null, pods: null };
    const room = { ...roomOf({ n1: 9000 }, others), quotas: [quota] };
    const made = plan([p1('a', 1)], room, others);
    const run = { namespace: 'default', name: 'run', zone: 'az-b' };
    expect(made.preempted).toEqual([{ ...run, wave: 0, makesRoomFor: ['default/a'] }]);
    expect(made.notes).toEqual(['1 P3 job of az-b must end to make room for 1 of the lost zone']);
  });

  test('goes on when a later choice on its node made it needless', () => {
    const others: Running[] = [
      { name: 'small', pods: [['n1', 1000]] },
      { name: 'large', weight: 3, pods: [['n1', 3000]] },
    ];
    // `a` needs what `small` holds; `b` needs more than that, and beside both there is room for `small` again.
    expect(ended([p1('a', 0.9), p1('b', 1.5)], { n1: 4000 }, others)).toEqual(['large']);
  });
});
