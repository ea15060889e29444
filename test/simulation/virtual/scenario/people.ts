/** What people do while an escape runs: send incidents again, approve, hold it up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal, requestEscape } from '../../../../client/client.ts';
import { tellEscape, type Telling } from '../../../../client/running-escape.ts';
import type { Word } from './scenario.ts';
import type { Stage } from './stage.ts';

export const incident = 'INC-1';

/** What they did that the escape accepted, and what they were answered. */
export interface Acts {
  /** The answer to the same incident sent again while the first ran. */
  repeated?: { accepted: boolean; workflowId: string };
  /** The answer to another incident for the zone. */
  other?: { accepted: boolean; code: string | undefined };
  aborted: boolean;
  /** Keys of jobs that were to be skipped. */
  skipped: Set<string>;
}

/** Everything they do; each promise settles when it is done. `isOver` ends those who would try for ever. */
export function actAsPeople(stage: Stage, acts: Acts, isOver: () => boolean): Promise<void>[] {
  const { scenario, home } = stage;
  const { repeatedAfterMs, otherAfterMs, approvedAfterMs } = scenario.trigger;
  const running = () => stage.server.findRunning(`escape-active/${home}`);
  const isUnderWay = (): boolean => running() !== undefined;
  const doing: Promise<void>[] = [];
  if (repeatedAfterMs !== undefined) {
    const again = async (): Promise<void> => {
      if (isUnderWay()) acts.repeated = await ask(stage, incident);
    };
    doing.push(sleep(repeatedAfterMs).then(again));
  }
  if (otherAfterMs !== undefined) {
    const other = async (): Promise<void> => {
      const first = running();
      if (!first) return;
      const verdict = await ask(stage, 'INC-2');
      // The first may have ended while the answer was under way, and what runs now be another.
      if (running() === first) acts.other = verdict;
    };
    doing.push(sleep(otherAfterMs).then(other));
  }
  if (approvedAfterMs !== undefined) doing.push(sleep(approvedAfterMs).then(() => approve(stage, isOver)));
  for (const { atMs, says } of scenario.words) {
    doing.push(sleep(atMs).then(() => (isUnderWay() ? tell(stage, says, acts) : undefined)));
  }
  return doing;
}

async function ask(
  { client, config, home, log }: Stage,
  name: string,
): Promise<{ accepted: boolean; code: string | undefined; workflowId: string }> {
  const { verdict } = await requestEscape(client, config, { zone: home, incident: name });
  log.add('run', `${name} sent: ${verdict.sentence}`);
  return { accepted: verdict.accepted, code: verdict.code, workflowId: verdict.workflowId };
}

/** Again and again: there may be no plan yet, or the escape was given up and is sent again. */
async function approve(stage: Stage, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await say(stage, { word: 'approve', by: 'simulated approver' });
    await sleep(2_000);
  }
}

async function tell(stage: Stage, says: Word['says'], acts: Acts): Promise<void> {
  if (!(await say(stage, { ...says, by: 'simulated operator' }))) return;
  if (says.word === 'abort') acts.aborted = true;
  if (says.word === 'skipJob') acts.skipped.add(says.job);
}

/** True if the escape took it. */
async function say({ client, config, home, log }: Stage, telling: Telling): Promise<boolean> {
  const subject = 'job' in telling ? ` ${telling.job}` : 'tier' in telling ? ` ${telling.tier}` : '';
  try {
    await tellEscape(client, config, home, telling);
    log.add('run', `told: ${telling.word}${subject}`);
    return true;
  } catch (error) {
    const why = error instanceof Refusal ? error.code : error instanceof Error ? error.message : String(error);
    log.add('run', `told in vain: ${telling.word}${subject}: ${why}`);
    return false;
  }
}
