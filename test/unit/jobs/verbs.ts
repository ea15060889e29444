/** The verbs under test as these tests call them: where their signatures change, this file does, and no test. */
import { fenceZone } from '../../../activities/fence/fence-zone.ts';
import { startBatch } from '../../../activities/escape/start-batch.ts';
import { makePlan } from '../../../activities/escape/make-plan.ts';
import { ArtifactSight } from '../../../jobs/artifacts/artifact-sight.ts';
import { climbJob, type Climb } from '../../../jobs/run/climb.ts';
import { LookPace } from '../../../jobs/run/look-pace.ts';
import { preemptJob } from '../../../jobs/run/preempt-job.ts';
import { startJob } from '../../../jobs/run/start-job.ts';
import { verifyJob } from '../../../jobs/run/verify-job.ts';
import type { SkippedJob } from '../../../model/move/operators.ts';
import type { PlannedJob, PlannedVictim } from '../../../model/move/plan-types.ts';
import type { EscapeTarget, StartedJob } from '../../../model/results/escape.ts';
import { archiveOf } from '../../../zones/reports/report-shelf.ts';
import { buildPlannedJob, buildStartedJob, buildTarget, buildVictim } from '../../builders/escape.ts';
import type { FakeZones } from '../../fakes/fake-zones.ts';

export function start(zones: FakeZones, job: Partial<PlannedJob> = {}, target: Partial<EscapeTarget> = {}) {
  const world = zones.world();
  return startJob(world, buildTarget(target), buildPlannedJob(job), zones.pulse(), new ArtifactSight(world));
}

export function startWave(zones: FakeZones, jobs: number, skipped: SkippedJob[] = []) {
  const batch = { wave: 1, tier: 'P1', from: 0, to: jobs } as const;
  return startBatch(zones.world(), buildTarget(), batch, zones.pulse(), skipped);
}

export function verify(zones: FakeZones, job: Partial<StartedJob> = {}, resumed?: unknown) {
  const pulse = zones.pulse({ resumed });
  return verifyJob(zones.world(), buildTarget(), buildStartedJob(job), pulse, new LookPace());
}

export function retry(zones: FakeZones, climb: Partial<Climb>, job: Partial<StartedJob> = {}) {
  const [world, target] = [zones.world(), buildTarget()];
  const asked: Climb = { rung: 'again', nth: 1, triedPoints: [], because: 'wrong-path-restored', ...climb };
  return climbJob(world, target, buildStartedJob(job), asked, archiveOf(world, target), zones.pulse());
}

export function preempt(zones: FakeZones, victim: Partial<PlannedVictim> = {}, target: Partial<EscapeTarget> = {}) {
  return preemptJob(zones.world(), buildTarget(target), buildVictim(victim), zones.pulse());
}

export function fence(zones: FakeZones, claims: 'pending' | 'settled' = 'settled', target: Partial<EscapeTarget> = {}) {
  return fenceZone(zones.world(), buildTarget(target), claims, zones.pulse());
}

export function plan(zones: FakeZones, target: Partial<EscapeTarget> = {}) {
  return makePlan(zones.world(), buildTarget(target), new AbortController().signal);
}
