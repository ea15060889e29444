/** The activities of an escape, as Temporal registers them. Bodies are in the files beside this one. */
import { keepBeating } from '../../jobs/keep-beating.ts';
import { activityPulse } from '../shared/pulse.ts';
import type { Pulse, World } from '../../adapters/world.ts';
import type { EscapeInput } from '../../model/inputs/escape-input.ts';
import type { SkippedJob } from '../../model/move/operators.ts';
import type { PlannedVictim } from '../../model/move/plan-types.ts';
import type { JobLine, PreemptedReport } from '../../model/report/schema.ts';
import { climbJob, type Climb, type ClimbResult } from '../../jobs/run/climb.ts';
import { findPlanned, type PlannedPlace } from './find-planned.ts';
import { headedFor } from '../../jobs/run/headed-for.ts';
import { archiveOf } from '../../zones/reports/report-shelf.ts';
import { LookPace } from '../../jobs/run/look-pace.ts';
import { makePlan } from './make-plan.ts';
import { giveUpReserve, listVictims, saveVictims, type ListedVictim } from './make-room.ts';
import { preemptJob } from '../../jobs/run/preempt-job.ts';
import { checkPeer, resolveEscape } from './resolve.ts';
import { startBatch } from './start-batch.ts';
import { verifyJob } from '../../jobs/run/verify-job.ts';
import { saveBatch, writeReport, type ReportEnd } from './write-report.ts';
import type {
  BatchRef,
  BatchStart,
  EscapeLine,
  EscapeTarget,
  PeersAsked,
  PlanSummary,
  ReportSummary,
  StartedJob,
  VictimsRef,
} from '../../model/results/escape.ts';

/** `pulse` gives the running activity's pulse; tests over a quicker clock give another. */
export function createEscapeActivities(world: World, pulse: () => Pulse = activityPulse) {
  /** Alive for Temporal while it runs, so that its worker's death is noticed within the heartbeat time-out. */
  const beating = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const running = pulse();
    return keepBeating(
      running,
      () => undefined,
      () => work(running.signal),
    );
  };
  const pace = new LookPace();
  return {
    async resolveEscape(input: EscapeInput, start: { incident: string; triggeredAt: string }): Promise<EscapeTarget> {
      return resolveEscape(world, input, start);
    },
    async checkPeer(target: EscapeTarget): Promise<PeersAsked | undefined> {
      return beating(() => checkPeer(world, target));
    },
    async makePlan(target: EscapeTarget): Promise<PlanSummary> {
      return beating((signal) => makePlan(world, target, signal));
    },
    async findPlanned(target: EscapeTarget, job: string): Promise<PlannedPlace> {
      return findPlanned(world, target, job, pulse().signal);
    },
    async startBatch(target: EscapeTarget, batch: BatchRef, skipped?: SkippedJob[]): Promise<BatchStart> {
      return pace.starting(() => startBatch(world, target, batch, pulse(), skipped));
    },
    async verifyJob(target: EscapeTarget, job: StartedJob): Promise<EscapeLine> {
      return verifyJob(world, headedFor(target, job), job, pulse(), pace);
    },
    async climbJob(target: EscapeTarget, job: StartedJob, climb: Climb): Promise<ClimbResult> {
      const running = pulse();
      return keepBeating(
        running,
        () => undefined,
        () => climbJob(world, target, job, climb, archiveOf(world, target), running),
      );
    },
    async saveBatch(target: EscapeTarget, batch: BatchRef, jobs: JobLine[]): Promise<void> {
      await beating((signal) => saveBatch(world, target, batch, jobs, signal));
    },
    async giveUpReserve(target: EscapeTarget): Promise<void> {
      await beating((signal) => giveUpReserve(world, target, signal));
    },
    async listVictims(target: EscapeTarget, ref: VictimsRef, skipped: string[] = []): Promise<ListedVictim[]> {
      return beating((signal) => listVictims(world, target, ref, skipped, signal));
    },
    async preemptJob(target: EscapeTarget, victim: PlannedVictim): Promise<PreemptedReport> {
      return preemptJob(world, headedFor(target, { to: victim.zone }), victim, pulse());
    },
    async saveVictims(target: EscapeTarget, ref: VictimsRef, ended: PreemptedReport[]): Promise<void> {
      await beating((signal) => saveVictims(world, target, ref, ended, signal));
    },
    async writeReport(target: EscapeTarget, end: ReportEnd): Promise<ReportSummary> {
      return beating((signal) => writeReport(world, target, end, signal));
    },
  };
}

export type EscapeActivities = ReturnType<typeof createEscapeActivities>;
