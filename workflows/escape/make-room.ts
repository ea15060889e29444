/**
 * Makes room in the peer zone: P3 jobs that run there end, those first whose room is needed first. Runs beside the
 * waves, and only jobs that have no room without it wait for it.
 */
import { ActivityFailure, condition, executeChild, ParentClosePolicy, setCurrentDetails } from '@temporalio/workflow';
import type { Move, SettledMove } from '../../model/move/move.ts';
import type { VictimsRef } from '../../model/results/escape.ts';
import type { SkippedJob } from '../../model/move/operators.ts';
import type { PlannedVictim } from '../../model/move/plan-types.ts';
import type { PreemptedReport } from '../../model/report/schema.ts';
import { whyFailed } from '../shared/failure-words.ts';
import { giveUpReserve, listVictims, preemptJob, saveVictims } from './activities.ts';
import type { WaveControl } from './run-waves.ts';

/** Batches of jobs that end at once. */
const batchesInFlight = 12;

export interface MakeRoomInput {
  move: SettledMove;
  victims: VictimsRef;
  /** Jobs that operators took out before this began. */
  skipped?: SkippedJob[];
}

/** Ends the jobs of one batch, each a line in this workflow's timeline. Whatever becomes of one is its result. */
export async function makeRoom({
  move,
  victims,
  skipped = [],
}: MakeRoomInput): Promise<{ suspended: number; of: number }> {
  const jobs = await listVictims(
    move,
    victims,
    skipped.map(({ job }) => job),
  );
  const ended: PreemptedReport[] = [];
  const suspended = () => ended.filter(({ outcome }) => outcome === 'suspended').length;
  await Promise.all(
    jobs.map(async (job) => {
      ended.push(job.needless ? notNeeded(job) : await preempt(move, job));
      setCurrentDetails(`**${suspended()} of ${jobs.length}** P3 jobs of ${victims.zone} made room`);
    }),
  );
  await saveVictims(move, victims, ended);
  return { suspended: suspended(), of: jobs.length };
}

function notNeeded({ namespace, name, zone, makesRoomFor }: PlannedVictim): PreemptedReport {
  const message = 'whom it was to make room for was skipped';
  const line = { namespace, name, zone, savepoint: null, seconds: null, makesRoomFor };
  return { ...line, outcome: 'left', code: 'NotNeeded', message };
}

async function preempt(move: Move, job: PlannedVictim): Promise<PreemptedReport> {
  const { namespace, name, zone } = job;
  try {
    return await preemptJob.executeWithOptions({ summary: `${namespace}/${name}` }, [move, job]);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const line = { namespace, name, zone, savepoint: null, seconds: null, makesRoomFor: [] };
    return { ...line, outcome: 'failed', code: 'NotEnded', message: whyFailed(error) };
  }
}

/** What operators decide about it. */
export interface RoomControl extends Pick<WaveControl, 'paused' | 'aborted' | 'skipped'> {
  /** True while an operator holds the tier of the wave: nobody ends for jobs that do not start. */
  heldWave: (wave: number) => boolean;
}

/** Lets placeholders go beside what the caller does; `given` turns true when that is over, well or not. */
export function giveUpReserveBeside(move: SettledMove): { given: () => boolean } {
  let given = false;
  const settle = (): void => void (given = true);
  void giveUpReserve(move).then(settle, settle);
  return { given: () => given };
}

/** Room in the making, as the escape sees it. */
export interface RoomMaking {
  /** Those that were told to make room so far. */
  begun: VictimsRef[];
  /** True once all of a zone have ended, or are given up, whose room this wave or one before it needs. */
  madeFor(wave: number, zone: string): boolean;
  /** Resolves when none is at it any more. */
  over: Promise<void>;
}

/** Begins to make room, unless nothing has to be, and goes on beside what the caller does. */
export function makeRoomBeside(
  move: SettledMove,
  victims: VictimsRef[],
  escapeId: string,
  control: RoomControl,
): RoomMaking {
  const begun: VictimsRef[] = [];
  const done = new Set<VictimsRef>();
  const run = async (): Promise<void> => {
    const running: Promise<void>[] = [];
    for (const ref of victims) {
      await condition(
        () =>
          control.aborted() ||
          (!control.paused() && !control.heldWave(ref.wave) && begun.length - done.size < batchesInFlight),
      );
      if (control.aborted()) break;
      begun.push(ref);
      const ended = executeChild(makeRoom, {
        workflowId: `${escapeId}/room-from-${ref.from}`,
        args: [{ move, victims: ref, ...(control.skipped.length > 0 ? { skipped: [...control.skipped] } : {}) }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
        staticSummary: `${ref.to - ref.from} P3 jobs of ${ref.zone} make room for wave ${ref.wave}`,
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
      // However it ends, those that wait start: the scheduler may find room where the plan saw none.
      const settle = (): void => void done.add(ref);
      running.push(ended.then(settle, settle));
    }
    await Promise.all(running);
  };
  return {
    begun,
    madeFor: (wave, zone) => victims.every((ref) => ref.wave > wave || ref.zone !== zone || done.has(ref)),
    over: victims.length === 0 ? Promise.resolve() : run(),
  };
}
