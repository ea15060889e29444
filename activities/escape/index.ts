/** The activities of an escape, as Temporal registers them. Bodies are in the files beside this one. */
import { keepBeating } from '../../jobs/keep-beating.ts';
import { activityPulse } from '../shared/pulse.ts';
import type { Pulse, Ports } from '../../adapters/ports.ts';
import type { EscapeInput } from '../../model/inputs/escape-input.ts';
import type { Move, ReachableSet, SettledMove } from '../../model/move/move.ts';
import type { SkippedJob } from '../../model/move/operators.ts';
import type { PlannedVictim } from '../../model/move/plan-types.ts';
import type { JobLine, PreemptedReport } from '../../model/report/schema.ts';
import { climbJob, type Climb, type ClimbResult } from '../../jobs/run/climb.ts';
import { findPlanned, type PlannedPlace } from './find-planned.ts';
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
  PlanSummary,
  ReportSummary,
  StartedJob,
  VictimsRef,
} from '../../model/results/escape.ts';

/** `pulse` gives the running activity's pulse; tests over a quicker clock give another. */
export function createEscapeActivities(ports: Ports, pulse: () => Pulse = activityPulse) {
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
    async resolveEscape(input: EscapeInput, start: { incident: string; triggeredAt: string }): Promise<Move> {
      return resolveEscape(ports, input, start);
    },
    async checkPeer(move: Move): Promise<ReachableSet> {
      return beating(() => checkPeer(ports, move));
    },
    async makePlan(move: SettledMove): Promise<PlanSummary> {
      return beating((signal) => makePlan(ports, move, signal));
    },
    async findPlanned(move: SettledMove, job: string): Promise<PlannedPlace> {
      return findPlanned(ports, move, job, pulse().signal);
    },
    async startBatch(move: SettledMove, batch: BatchRef, skipped?: SkippedJob[]): Promise<BatchStart> {
      return pace.starting(() => startBatch(ports, move, batch, pulse(), skipped));
    },
    async verifyJob(move: Move, job: StartedJob): Promise<EscapeLine> {
      return verifyJob(ports, move, job, pulse(), pace);
    },
    async climbJob(move: SettledMove, job: StartedJob, climb: Climb): Promise<ClimbResult> {
      const running = pulse();
      return keepBeating(
        running,
        () => undefined,
        () => climbJob(ports, move, job, climb, archiveOf(ports, move), running),
      );
    },
    async saveBatch(move: SettledMove, batch: BatchRef, jobs: JobLine[]): Promise<void> {
      await beating((signal) => saveBatch(ports, move, batch, jobs, signal));
    },
    async giveUpReserve(move: SettledMove): Promise<void> {
      await beating((signal) => giveUpReserve(ports, move, signal));
    },
    async listVictims(move: SettledMove, ref: VictimsRef, skipped: string[] = []): Promise<ListedVictim[]> {
      return beating((signal) => listVictims(ports, move, ref, skipped, signal));
    },
    async preemptJob(move: Move, victim: PlannedVictim): Promise<PreemptedReport> {
      return preemptJob(ports, move, victim, pulse());
    },
    async saveVictims(move: SettledMove, ref: VictimsRef, ended: PreemptedReport[]): Promise<void> {
      await beating((signal) => saveVictims(ports, move, ref, ended, signal));
    },
    async writeReport(move: SettledMove, end: ReportEnd): Promise<ReportSummary> {
      return beating((signal) => writeReport(ports, move, end, signal));
    },
  };
}

export type EscapeActivities = ReturnType<typeof createEscapeActivities>;
