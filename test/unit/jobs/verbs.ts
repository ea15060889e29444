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
import type { PlannedJob } from '../../../model/move/plan-types.ts';
import type { SettledMove } from '../../../model/move/move.ts';
import type { StartedJob } from '../../../model/results/escape.ts';
import { archiveOf } from '../../../zones/reports/report-shelf.ts';
import { buildPlannedJob, buildStartedJob, buildMove, buildVictim } from '../../builders/escape.ts';
import type { FakeZones } from '../../fakes/fake-zones.ts';

export function start(zones: FakeZones, job: Partial<PlannedJob> = {}, move: Partial<SettledMove> = {}) {
  const world = zones.world();
  return startJob(world, buildMove(move), buildPlannedJob(job), zones.pulse(), new ArtifactSight(world));
}

export function startWave(zones: FakeZones, jobs: number, skipped: SkippedJob[] = []) {
  const batch = { wave: 1, tier: 'P1', from: 0, to: jobs, zone: 'az-b' } as const;
  return startBatch(zones.world(), buildMove(), batch, zones.pulse(), skipped);
}

export function verify(zones: FakeZones, job: Partial<StartedJob> = {}, resumed?: unknown) {
  const pulse = zones.pulse({ resumed });
  return verifyJob(zones.world(), buildMove(), buildStartedJob(job), pulse, new LookPace());
}

export function retry(zones: FakeZones, climb: Partial<Climb>, job: Partial<StartedJob> = {}) {
  const [world, move] = [zones.world(), buildMove()];
  const asked: Climb = { rung: 'again', nth: 1, triedPoints: [], because: 'wrong-path-restored', ...climb };
  return climbJob(world, move, buildStartedJob(job), asked, archiveOf(world, move), zones.pulse());
}

export function preempt(zones: FakeZones, signal?: AbortSignal) {
  return preemptJob(zones.world(), buildMove(), buildVictim(), zones.pulse(signal ? { signal } : {}));
}

export function fence(zones: FakeZones, claims: 'pending' | 'settled' = 'settled', move: Partial<SettledMove> = {}) {
  return fenceZone(zones.world(), buildMove(move), claims, zones.pulse());
}

export function plan(zones: FakeZones, move: Partial<SettledMove> = {}) {
  return makePlan(zones.world(), buildMove(move), new AbortController().signal);
}
