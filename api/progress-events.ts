/** The progress of an escape as server-sent events (HTML Living Standard, 9.2). */
import type { Client } from '@temporalio/client';
import { watchEscape, type RunningEscape } from '../client/running-escape.ts';

/**
 * An event `progress` each second with the progress as JSON, then one event `end`. While nobody can tell the progress
 * a comment is sent, so that nothing between here and the reader takes the line for dead.
 */
export async function* progressEvents(
  client: Client,
  running: RunningEscape,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  for await (const progress of watchEscape(client, running, signal)) {
    yield progress ? `event: progress\ndata: ${JSON.stringify(progress)}\n\n` : ': no news\n\n';
  }
  if (!signal.aborted) yield 'event: end\ndata: {}\n\n';
}
