import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchesOf } from '../../../model/move/batches.ts';
import type { EscapeAssessment } from '../../../model/move/plan-types.ts';
import { planEscape } from '../../../model/move/plan.ts';
import { jobKey } from '../../../model/job/job.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import { annotations } from '../../../model/job/marks.ts';
import { tiers, type Tier } from '../../../model/job/tier.ts';
import { buildDeployment } from '../../builders/deployment.ts';
import { buildAssessment } from '../../builders/plan.ts';

interface Candidate {
  namespace: string;
  name: string;
  tier: string | undefined;
  role: 'standby' | 'twin';
  activeZone: string;
  epoch: string | undefined;
  stored: number;
}

const candidate: fc.Arbitrary<Candidate> = fc.record({
  namespace: fc.constantFrom('default', 'payments', 'Ökonomie'),
  name: fc.stringMatching(/^[a-z]{1,4}$/),
  tier: fc.constantFrom(...tiers, ...tiers, 'P4', undefined),
  role: fc.constantFrom('standby', 'twin'),
  activeZone: fc.constantFrom('az-a', 'az-a', 'az-c'),
  epoch: fc.option(fc.constantFrom('1', '3', '17', 'x', ''), { nil: undefined }),
  stored: fc.integer({ min: 0, max: 30 }),
});
const candidates = fc.uniqueArray(candidate, { selector: jobKey, maxLength: 40 });
const scope = fc.constantFrom<EscapeAssessment['scope']>({}, { tiers: ['P0', 'P2'] }, { namespaces: ['default'] });

function deploymentOf(of: Candidate): FlinkDeployment {
  const marks = { [annotations.activeZone]: of.activeZone, [annotations.epoch]: of.epoch };
  return buildDeployment({ ...of, annotations: marks, spec: {} });
}

function assess(of: Candidate[], within: EscapeAssessment['scope'] = {}): EscapeAssessment {
  const newestEpochs = Object.fromEntries(
    of.filter(({ stored }) => stored > 0).map((one) => [jobKey(one), one.stored]),
  );
  return buildAssessment(of.map(deploymentOf), { newestEpochs, scope: within });
}

describe('the plan of an escape', () => {
  test('puts every candidate of the zone in exactly one place, and no other', () => {
    fc.assert(
      fc.property(candidates, scope, (of, within) => {
        const plan = planEscape(assess(of, within));
        const placed = [...plan.waves.flatMap(({ jobs }) => jobs), ...plan.left].map(jobKey);
        const wanted = of.filter(({ activeZone }) => activeZone === 'az-a').map(jobKey);
        expect(placed.toSorted()).toEqual(wanted.toSorted());
      }),
    );
  });

  test('has one wave a tier, the most important first, and none that is empty', () => {
    fc.assert(
      fc.property(candidates, scope, (of, within) => {
        const { waves } = planEscape(assess(of, within));
        expect(waves.map(({ wave }) => wave)).toEqual(waves.map((_, index) => index));
        const order = waves.map(({ tier }) => tiers.indexOf(tier));
        expect(order).toEqual([...new Set(order)].toSorted((a, b) => a - b));
        for (const { wave, tier, jobs } of waves) {
          expect(jobs.length).toBeGreaterThan(0);
          for (const job of jobs) expect(job).toMatchObject({ wave, tier });
        }
      }),
    );
  });

  test('is the same for the same jobs in any order', () => {
    fc.assert(
      fc.property(candidates, scope, fc.infiniteStream(fc.nat()), (of, within, ranks) => {
        const shuffled = of.map((one) => ({ one, rank: ranks.next().value })).toSorted((a, b) => a.rank - b.rank);
        const plan = planEscape(assess(of, within));
        expect(
          planEscape(
            assess(
              shuffled.map(({ one }) => one),
              within,
            ),
          ),
        ).toEqual(plan);
      }),
    );
  });

  test('gives each job the epoch after the newest that store or object know', () => {
    fc.assert(
      fc.property(candidates, (of) => {
        const byKey = new Map(of.map((one) => [jobKey(one), one]));
        for (const job of planEscape(assess(of)).waves.flatMap(({ jobs }) => jobs)) {
          const { epoch, stored, role } = byKey.get(jobKey(job))!;
          const annotated = /^\d+$/.test(epoch ?? '') ? Number(epoch) : 0;
          expect(job.epoch).toBe(Math.max(annotated, stored) + 1);
          expect(job.kind).toBe(role);
        }
      }),
    );
  });

  test('notes the version of a standby that nobody ever asked to run, and of no other', () => {
    const [one, ran, asked, twin] = ['one', 'ran', 'asked', 'twin'].map((name): FlinkDeployment => {
      const role = name === 'twin' ? 'twin' : 'standby';
      const at = { namespace: 'default', name, tier: 'P1', role, activeZone: 'az-a', epoch: '1', stored: 0 } as const;
      const { metadata, ...rest } = deploymentOf(at);
      return { ...rest, metadata: { ...metadata, resourceVersion: '7' }, spec: { job: { state: 'suspended' } } };
    });
    ran!.status = { reconciliationStatus: { lastReconciledSpec: '{}' } };
    asked!.spec.job!.state = 'running';
    const { waves } = planEscape({ ...assess([]), candidates: [one!, ran!, asked!, twin!] });
    const unused = waves.flatMap(({ jobs }) => jobs.map((job) => [job.name, job.unused]));
    expect(Object.fromEntries(unused)).toEqual({ one: '7', ran: undefined, asked: undefined, twin: undefined });
  });

  test('leaves what was not asked for, with the reason', () => {
    const job = (name: string, tier: string | undefined, namespace = 'default'): Candidate => ({
      namespace,
      name,
      tier,
      role: 'standby',
      activeZone: 'az-a',
      epoch: '1',
      stored: 1,
    });
    const of = [job('a', 'P0'), job('b', 'P1'), job('c', undefined), job('d', 'p0'), job('e', 'P0', 'payments')];
    const plan = planEscape(assess(of, { tiers: ['P0'], namespaces: ['default'] }));
    expect(plan.waves.flatMap(({ jobs }) => jobs.map(({ name }) => name))).toEqual(['a']);
    expect(plan.left.map(({ name, tier, code, message }) => [name, tier, code, message])).toEqual([
      ['b', 'P1', 'OutsideScope', 'outside the tiers that were asked for'],
      ['c', null, 'NoTier', 'label az-escape.io/tier is missing on its standby in az-b'],
      ['d', null, 'NoTier', 'label az-escape.io/tier is "p0" on its standby in az-b'],
      ['e', 'P0', 'OutsideScope', 'outside the namespaces that were asked for'],
    ]);
  });
});

describe('batches', () => {
  test('cover each wave without gap or overlap, and span no two waves', () => {
    const sizes = fc.array(
      fc.record({ tier: fc.constantFrom<Tier>(...tiers), count: fc.integer({ min: 1, max: 450 }) }),
      {
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 200 }), (of, size) => {
        const waves = of.map(({ tier, count }, wave) => ({
          wave,
          tier,
          level: 0,
          expectedSeconds: null,
          jobs: Array.from({ length: count }, () => ({ to: 'az-b' })),
        }));
        const batches = batchesOf(waves, size);
        for (const { wave, jobs } of waves) {
          const ofWave = batches.filter((batch) => batch.wave === wave);
          expect(
            ofWave.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index)),
          ).toEqual(jobs.map((_, index) => index));
          for (const { from, to } of ofWave) expect(to - from).toBeLessThanOrEqual(size);
        }
        expect(batches.map(({ wave }) => wave)).toEqual(batches.map(({ wave }) => wave).toSorted((a, b) => a - b));
      }),
    );
  });
});
