/** `az-escape lab toolchain`: gets every tool of the lab onto the machine and tells what is there. */
import { parseArgs } from 'node:util';
import { cacheDir } from '../layout.ts';
import { ensurePrerequisites } from '../toolchain/ensure-prerequisites.ts';
import { ensureToolchain, toolchainPlan } from '../toolchain/install.ts';
import { progressPrinter } from '../toolchain/progress-printer.ts';
import { formatBytes } from '../toolchain/progress-lines.ts';
import { toolchainStatus } from '../toolchain/status.ts';
import type { ToolStatus } from '../toolchain/status.ts';

/**
 * @param args `[--install] [--json] [--status] [--record-digests] [TOOL…]`; `--status` only looks.
 * @returns the exit code: 0 only if every tool asked for is there.
 */
export async function toolchainCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      install: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      status: { type: 'boolean', default: false },
      'record-digests': { type: 'boolean', default: false },
    },
  });
  const names = positionals.length > 0 ? positionals : undefined;
  const ending = new AbortController();
  const end = () => ending.abort(new Error('Stopped; the next run goes on from here.'));
  process.once('SIGINT', end).once('SIGTERM', end);
  const printer = progressPrinter();
  try {
    const building = toolchainPlan(names).lanes.some((lane) => lane.length > 0);
    if (!values.status) {
      ensurePrerequisites({ building, install: values.install });
      await ensureToolchain({
        ...(names ? { tools: names } : {}),
        onProgress: printer.onProgress,
        signal: ending.signal,
        recordDigests: values['record-digests'],
      });
    }
  } catch (error) {
    printer.stop();
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    printer.stop();
    process.off('SIGINT', end).off('SIGTERM', end);
  }
  const status = toolchainStatus();
  console.log(values.json ? JSON.stringify({ cache: cacheDir, tools: status }, undefined, 2) : statusTable(status));
  const asked = status.filter((tool) => (names ? names.includes(tool.name) : tool.inDemo));
  return asked.every((tool) => tool.state === 'done') ? 0 : 1;
}

function statusTable(status: readonly ToolStatus[]): string {
  const rows = status.map((tool) => [
    tool.name,
    tool.state === 'done' ? (tool.source ?? '') : tool.state,
    tool.version ?? '',
    tool.bytes === undefined ? '' : formatBytes(tool.bytes),
    tool.inDemo ? '' : 'not needed by the demo',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return [
    cacheDir,
    ...rows.map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
  ].join('\n');
}
