/** Every recorded history must replay on today's workflow code: else a roll-out would break escapes under way. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildBundle, bundlePath } from '../../runtime/build-bundle.ts';

const folder = fileURLToPath(new URL('histories/', import.meta.url));
const histories = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));

interface RecordedHistory {
  events: {
    workflowExecutionStartedEventAttributes?: { workflowId?: string };
    eventType: string;
    activityTaskScheduledEventAttributes?: { activityType?: { name?: string } };
  }[];
}

/** Ids of children are made from the workflow's own, so a replay must be given the one it ran under. */
function replay(history: RecordedHistory): Promise<void> {
  const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId;
  return Worker.runReplayHistory({ workflowBundle: { codePath: bundlePath } }, history, workflowId);
}

function read(name: string): RecordedHistory {
  return JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as RecordedHistory;
}

beforeAll(async () => {
  await buildBundle();
});

describe('recorded histories', () => {
  test('there are some of each workflow', () => {
    const types = new Set(histories.map((name) => name.split('/').at(-1)!.split('.')[0]));
    expect(types).toEqual(new Set(['escapeActive', 'escapeBatch', 'escapeZone', 'fenceReturn', 'protectZone']));
  });

  test.each(histories)('%s replays', async (name) => {
    await replay(read(name));
  });

  test('a history that differs from the code is found', async () => {
    const name = histories.find((one) => one.includes('escapeActive'))!;
    const changed = read(name);
    const scheduled = changed.events.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'makePlan',
    );
    scheduled!.activityTaskScheduledEventAttributes!.activityType!.name = 'makeAnotherPlan';
    await expect(replay(changed)).rejects.toBeInstanceOf(DeterminismViolationError);
  });
});
