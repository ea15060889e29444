/** `az-escape status`: the escape that runs, and how well each job is protected. */
import type { Command } from 'commander';
import { seeProtection, type Protection } from '../../zones/protection/see-protection.ts';
import type { Config } from '../../model/config/types.ts';
import type { EscapeProgress } from '../../model/move/progress.ts';
import { lostOrRefuse } from '../../client/client.ts';
import { findRunning, progressOf, watchEscape } from '../../client/running-escape.ts';
import { openPorts } from '../../runtime/open-ports.ts';
import { hintUnlessAnswered, noWorkerHint } from '../patience.ts';
import { coloursFor } from '../render/colour.ts';
import { createProgress } from '../render/progress.ts';
import { protectionTable } from '../render/protection-table.ts';
import { configOf, withClient } from '../with-config.ts';
import { runningLines, statusOf } from './running.ts';

export function addStatusCommand(program: Command): void {
  program
    .command('status <zone>')
    .description('how far the running escape of a zone is, and how well each of its jobs is protected')
    .option('-w, --watch', 'follow the escape until it is over')
    .option('--json', 'print JSON; with --watch a line each second')
    .action(async (zone: string, options: { watch?: boolean; json?: boolean }, command: Command) => {
      const config = await configOf(command);
      const { clusters } = lostOrRefuse(config, zone);
      if (options.watch) return watch(config, zone, options.json ?? false);
      const [running, read] = await Promise.all([askRunning(config, zone), readProtection(config, clusters)]);
      const colours = coloursFor(process.stdout);
      const status = { ...statusOf(zone, running.progress), temporal: running.trouble ?? 'ok' };
      // Of a zone that is one cluster there is one table.
      const protections = clusters.includes(zone) ? { protection: read[zone] } : { clusters: read };
      const tables = Object.entries(read).map(([name, protection]) => [
        '',
        ...(name === zone ? [] : [colours.bold(name)]),
        ...protectionTable(protection, colours, process.stdout.columns),
      ]);
      const lines = options.json
        ? [JSON.stringify({ ...status, ...protections }, null, 2)]
        : [
            ...(running.trouble === undefined ? runningLines(zone, running.progress) : [running.trouble]),
            ...(clusters.includes(zone) ? [] : [`${zone} has the clusters ${clusters.join(', ')}`]),
            ...tables.flat(),
          ];
      process.stdout.write(`${lines.join('\n')}\n`);
      process.exitCode = running.trouble === undefined ? 0 : 1;
    });
}

/** What lies in the peer zone can be read without Temporal, so its absence is told and not thrown. */
async function askRunning(config: Config, zone: string): Promise<{ progress?: EscapeProgress; trouble?: string }> {
  try {
    return await withClient(config, async (client) => {
      const running = await findRunning(client, config, zone);
      if (!running) return {};
      const answered = hintUnlessAnswered(noWorkerHint(config.temporal.taskQueue));
      const progress = await progressOf(client, running).finally(answered);
      return { progress };
    });
  } catch (error) {
    return { trouble: `Temporal was not asked: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function readProtection(config: Config, clusters: readonly string[]): Promise<Record<string, Protection>> {
  const world = openPorts(config, { info: () => {}, warn: () => {} });
  try {
    const { signal } = new AbortController();
    const read = await Promise.all(clusters.map((name) => seeProtection(world, name, signal)));
    return Object.fromEntries(clusters.map((name, index) => [name, read[index]!]));
  } finally {
    await world.close();
  }
}

async function watch(config: Config, zone: string, json: boolean): Promise<void> {
  await withClient(config, async (client) => {
    const running = await findRunning(client, config, zone);
    if (!running) {
      process.stdout.write(
        `${json ? JSON.stringify(statusOf(zone, undefined)) : runningLines(zone, undefined).join()}\n`,
      );
      return;
    }
    const answered = hintUnlessAnswered(noWorkerHint(config.temporal.taskQueue));
    const view = json ? undefined : createProgress(process.stdout);
    for await (const progress of watchEscape(client, running, new AbortController().signal)) {
      if (!progress) continue;
      answered();
      if (view) view.update(runningLines(zone, progress));
      else process.stdout.write(`${JSON.stringify(statusOf(zone, progress))}\n`);
    }
    view?.done();
  });
}
