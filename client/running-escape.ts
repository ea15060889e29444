/** The escape that runs for a zone: how far it is, what it comes to, and what an operator tells it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { isOver, type EscapeProgress } from '../model/move/progress.ts';
import type { Config } from '../model/config/types.ts';
import { clustersNamed, zoneOfCluster } from '../model/config/zone-clusters.ts';
import { lostOrRefuse, Refusal, refusalOf } from './client.ts';

/** What may be told a running escape with nothing but who tells it: the names of its updates. */
export const operatorWords = ['approve', 'pause', 'resume', 'abort'] as const;
export type OperatorWord = (typeof operatorWords)[number];

/** What may be told of a tier. */
export const tierWords = ['holdTier', 'releaseTier'] as const;
export type TierWord = (typeof tierWords)[number];

/** What an operator tells a running escape. */
export type Telling =
  | { word: OperatorWord; by: string }
  | { word: 'skipJob'; job: string; by: string }
  | { word: TierWord; tier: string; by: string };

/** One run of a zone's escape: the same workflow id is used for the zone's next escape. */
export interface RunningEscape {
  workflowId: string;
  runId: string;
}

/** Between two looks, and for one of them. */
const lookEveryMs = 1_000;
const lookDeadlineMs = 5_000;

/**
 * The running escape of a zone, or of one cluster of it; undefined when none runs. One of a cluster is that of its zone
 * too; one of the zone is that of each cluster. Dry runs do not count. @throws Refusal `UnknownZone`
 */
export async function findRunning(client: Client, config: Config, zone: string): Promise<RunningEscape | undefined> {
  const seen = await seeRunning(client, config, zone);
  return seen && isAbout(config, zone, seen.lost) ? seen.running : undefined;
}

async function seeRunning(
  client: Client,
  config: Config,
  zone: string,
): Promise<{ running: RunningEscape; lost: string } | undefined> {
  lostOrRefuse(config, zone);
  const whole = zoneOfCluster(config, zone);
  const workflowId = activeId(whole);
  try {
    const { status, runId, memo } = await client.workflow.getHandle(workflowId).describe();
    if (status.name !== 'RUNNING') return undefined;
    const lost = memo?.['lost'];
    return { running: { workflowId, runId }, lost: typeof lost === 'string' ? lost : whole };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function isAbout(config: Config, zone: string, lost: string): boolean {
  return zone === lost || clustersNamed(config, lost).includes(zone) || clustersNamed(config, zone).includes(lost);
}

/** The same, where there must be one. @throws Refusal `NoEscape` */
export async function requireRunning(client: Client, config: Config, zone: string): Promise<RunningEscape> {
  const seen = await seeRunning(client, config, zone);
  if (!seen) throw noEscape(zone);
  if (isAbout(config, zone, seen.lost)) return seen.running;
  const other = `${seen.lost} is being escaped, which is part of ${zoneOfCluster(config, zone)} as well`;
  throw new Refusal('NoEscape', `no escape of ${zone} is running; ${other}`);
}

/** How far it is. Needs a worker, also after the end. */
export function progressOf(client: Client, { workflowId, runId }: RunningEscape): Promise<EscapeProgress> {
  return client.workflow.getHandle(workflowId, runId).query<EscapeProgress>('progress');
}

/**
 * The progress each second until the escape is over or `signal` is aborted; undefined where nobody could tell it just
 * then. A Temporal server or worker that is away is waited for.
 */
export async function* watchEscape(
  client: Client,
  running: RunningEscape,
  signal: AbortSignal,
): AsyncGenerator<EscapeProgress | undefined, void, undefined> {
  while (!signal.aborted) {
    // In this order: what is read after the end is the last word. An escape that failed never says that it is over.
    const isClosed = await within(client, () => hasEnded(client, running)).catch(() => false);
    const progress = await within(client, () => progressOf(client, running)).catch(() => undefined);
    yield progress;
    if (isClosed || (progress && isOver(progress))) return;
    await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Tells it to the zone's escape. @throws Refusal `UnknownZone`, `NoEscape`, or what the escape refuses it with */
export async function tellEscape(
  client: Client,
  config: Config,
  zone: string,
  { word, ...note }: Telling,
): Promise<EscapeProgress> {
  lostOrRefuse(config, zone);
  const whole = zoneOfCluster(config, zone);
  // What is meant for one cluster must not reach the escape of another.
  const runId = whole === zone ? undefined : (await requireRunning(client, config, zone)).runId;
  try {
    const handle = client.workflow.getHandle(activeId(whole), runId);
    return await handle.executeUpdate<EscapeProgress, [typeof note]>(word, { args: [note] });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw noEscape(zone);
    if (error instanceof WorkflowUpdateFailedError) throw refusalOf(error.cause) ?? error;
    throw error;
  }
}

function activeId(zone: string): string {
  return `escape-active/${zone}`;
}

function noEscape(zone: string): Refusal {
  return new Refusal('NoEscape', `no escape of ${zone} is running`);
}

async function hasEnded(client: Client, { workflowId, runId }: RunningEscape): Promise<boolean> {
  const { status } = await client.workflow.getHandle(workflowId, runId).describe();
  return status.name !== 'RUNNING';
}

function within<T>(client: Client, ask: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + lookDeadlineMs, ask);
}
