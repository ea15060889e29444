/** Every recorded history must replay on today's workflow code: else a roll-out would break escapes under way. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildBundle, bundlePath } from '../../runtime/build-bundle.ts';

const folder = fileURLToPath(new URL('histories/', import.meta.url));
const versions = existsSync(folder) ? readdirSync(folder) : [];
const histories = versions.flatMap((version) => readdirSync(`${folder}${version}`).map((name) => `${version}/${name}`));

/** Of each version there is one of each. */
const workflowTypes = ['escapeActive', 'escapeBatch', 'escapeZone', 'fenceReturn', 'protectZone'];

/** Of versions whose workflows took other arguments: what goes on under today's code. */
const goesOn: Record<string, string[]> = { 'v0.1.0': ['protectZone'] };

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
  test.for(versions)('there are some of each workflow of %s', (version) => {
    const types = readdirSync(`${folder}${version}`).map((name) => name.split('.')[0]!);
    expect(new Set(types)).toEqual(new Set(goesOn[version] ?? workflowTypes));
  });

  // A file that cannot be read, or has no event, fails as well.
  test.for(histories)('%s replays', async (name) => {
    await replay(read(name));
  });

  test.runIf(histories.length > 0)('a history that differs from the code is found', async () => {
    const changed = read(histories.at(-1)!);
    const scheduled = changed.events.find((event) => event.activityTaskScheduledEventAttributes !== undefined);
    scheduled!.activityTaskScheduledEventAttributes!.activityType!.name = 'somethingElse';
    await expect(replay(changed)).rejects.toBeInstanceOf(DeterminismViolationError);
  });
});
