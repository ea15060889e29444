/** The plan of an escape into several peers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchesOf } from '../../../model/move/batches.ts';
import type { EscapeAssessment } from '../../../model/move/plan-types.ts';
import { planEscape } from '../../../model/move/plan.ts';
import { jobKey } from '../../../model/job/job.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import { annotations } from '../../../model/job/marks.ts';
import { tiers, type Tier } from '../../../model/job/tier.ts';
import { buildDeployment, buildSizedSpec } from '../../builders/deployment.ts';
import { buildAssessment } from '../../builders/plan.ts';
import { node } from '../../builders/room.ts';

const peers = ['az-b', 'az-c', 'az-d'];

interface Copy {
  name: string;
  tier: Tier;
  peer: string;
  role: 'standby' | 'twin' | 'active';
  epoch: number;
  /** Of its recovery point, to the second; none if absent. */
  at?: number | undefined;
}

function deploymentOf({ name, tier, peer, role, epoch, at }: Copy): FlinkDeployment {
  const point = `s3a://${peer}/recovery-points/default/${name}/20261121T0203${String(at).padStart(2, '0')}Z-1a/manifest.json`;
  const marks = {
    [annotations.activeZone]: role === 'active' ? peer : 'az-a',
    [annotations.epoch]: String(epoch),
    [annotations.recoveryPoint]: at === undefined ? undefined : point,
  };
  const spec = buildSizedSpec({ jobManager: { cpu: 1, memory: '1g' } });
  return buildDeployment({ name, tier, role, annotations: marks, spec });
}

function assess(peer: string, copies: Copy[], more: Partial<EscapeAssessment> = {}): EscapeAssessment {
  const candidates = copies.filter((one) => one.peer === peer).map(deploymentOf);
  return buildAssessment(candidates, { to: peer, ...more });
}

function planOf(
  copies: Copy[],
  silent: string[] = [],
  seats: Record<string, string> = {},
  more: Partial<EscapeAssessment> = {},
) {
  const [first, ...others] = peers.filter((peer) => !silent.includes(peer)).map((peer) => assess(peer, copies, more));
  const notes = Object.entries(seats).map(
    ([name, peer]) => [`default/${name}`, { job: { namespace: 'default', name }, peer, atMs: 1 }] as const,
  );
  return planEscape(first!, {
    assessments: others,
    silent: silent.map((zone) => ({ zone, why: 'no answer' })),
    ...(silent.length > 0 ? { seats: new Map([['az-a', new Map(notes)]]) } : {}),
  });
}

const copy: fc.Arbitrary<Copy> = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  tier: fc.constantFrom(...tiers),
  peer: fc.constantFrom(...peers),
  role: fc.constantFrom('standby', 'standby', 'twin', 'active'),
  epoch: fc.integer({ min: 1, max: 3 }),
  at: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
});
const copies = fc.uniqueArray(copy, { selector: ({ name, peer }) => `${name}/${peer}`, maxLength: 12 });
const silence = fc.constantFrom<string[]>([], [], ['az-b'], ['az-d'], ['az-b', 'az-c']);
const seats = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), fc.constantFrom(...peers));

describe('the plan of an escape into several peers', () => {
  test('starts no job twice, none that runs, and none whose standby is noted where nobody answers', () => {
    fc.assert(
      fc.property(copies, silence, seats, (of, silent, noted) => {
        const plan = planOf(of, silent, noted);
        const starts = plan.waves.flatMap(({ jobs }) => jobs);
        const keys = [...starts, ...plan.left].map(jobKey);
        expect(new Set(keys).size).toBe(keys.length);
        for (const job of starts) {
          const zone = job.to;
          expect(silent).not.toContain(zone);
          expect(of.some(({ name, peer, role }) => name === job.name && peer === zone && role !== 'active')).toBe(true);
          const seen = of.filter(({ name, peer }) => name === job.name && !silent.includes(peer));
          expect(seen.every(({ role }) => role !== 'active')).toBe(true);
          expect(job.epoch).toBeGreaterThan(
            Math.max(...seen.filter(({ peer }) => peer === zone).map(({ epoch }) => epoch)),
          );
          if (silent.length > 0) expect(silent).not.toContain(noted[job.name]);
        }
      }),
    );
  });

  test('has a line for each job that a peer holds or that a note says is in a silent one', () => {
    fc.assert(
      fc.property(copies, silence, seats, (of, silent, noted) => {
        const plan = planOf(of, silent, noted);
        const lines = new Set([...plan.waves.flatMap(({ jobs }) => jobs), ...plan.left].map(({ name }) => name));
        const seen = of.filter(({ peer }) => !silent.includes(peer));
        const runs = new Set(seen.filter(({ role }) => role === 'active').map(({ name }) => name));
        const told = Object.keys(noted).filter((name) => silent.includes(noted[name]!));
        const wanted = [...seen.map(({ name }) => name), ...told].filter((name) => !runs.has(name));
        expect(lines).toEqual(new Set(wanted));
        for (const { to, code, message } of plan.left) {
          expect(code).toBe('PeerDown');
          expect(message).toMatch(/^its standby (is|may be) in az-/);
          expect(silent).toContain(to);
        }
      }),
    );
  });

  test('is one order of tiers over all, in batches of one zone each', () => {
    fc.assert(
      fc.property(copies, (of) => {
        const { waves } = planOf(of);
        const order = waves.map(({ tier }) => tiers.indexOf(tier));
        expect(order).toEqual([...new Set(order)].toSorted((a, b) => a - b));
        for (const batch of batchesOf(waves, 2)) {
          const jobs = waves[batch.wave]!.jobs.slice(batch.from, batch.to);
          for (const job of jobs) expect(job.to).toBe(batch.zone);
        }
        const covered = batchesOf(waves, 2).reduce((sum, { from, to }) => sum + to - from, 0);
        expect(covered).toBe(waves.flatMap(({ jobs }) => jobs).length);
      }),
    );
  });

  test('is that of one peer where there is but one', () => {
    fc.assert(
      fc.property(copies, (of) => {
        const alone = assess('az-b', of);
        expect(planEscape(alone, { assessments: [], silent: [] })).toEqual(planEscape(alone));
        expect(planEscape(alone).peers).toEqual(['az-b']);
      }),
    );
  });

  test('takes of two standbys the one with the newer epoch, then with the newer recovery point', () => {
    const at = (peer: string, epoch: number, seconds?: number): Copy => ({
      name: 'a',
      tier: 'P1',
      peer,
      role: 'standby',
      epoch,
      at: seconds,
    });
    const zoneOf = (...of: Copy[]) => {
      const plan = planOf(of);
      return plan.waves[0]!.jobs.map(({ to }) => to);
    };
    expect(zoneOf(at('az-b', 2, 1), at('az-c', 1, 9))).toEqual(['az-b']);
    expect(zoneOf(at('az-b', 1, 1), at('az-c', 1, 9))).toEqual(['az-c']);
    expect(zoneOf(at('az-b', 1), at('az-d', 1, 9))).toEqual(['az-d']);
  });

  test('judges the room of each peer by itself', () => {
    const of = ['a', 'b'].flatMap((name): Copy[] => [
      { name: `${name}1`, tier: 'P1', peer: 'az-b', role: 'standby', epoch: 1, at: 1 },
      { name: `${name}2`, tier: 'P1', peer: 'az-c', role: 'standby', epoch: 1, at: 1 },
    ]);
    const room = (cores: number) => ({
      room: { nodes: { nodes: [node('n1', cores * 1000, 64)], pods: [] }, quotas: null },
    });
    const plan = planEscape(assess('az-b', of, room(2)), { assessments: [assess('az-c', of, room(9))], silent: [] });
    expect(plan.waves.flatMap(({ jobs }) => jobs.map(({ name }) => name)).toSorted()).toEqual(['a1', 'a2', 'b2']);
    expect(plan.left).toMatchObject([{ name: 'b1', code: 'NoRoom' }]);
  });

  test('says of a job that was asked for by name that no peer has it', () => {
    const plan = planOf([], [], {}, { scope: { jobs: ['default/a'] } });
    expect(plan.left).toMatchObject([
      { name: 'a', code: 'JobNotFound', message: 'none of az-b, az-c, az-d holds a standby or twin of default/a' },
    ]);
  });
});
