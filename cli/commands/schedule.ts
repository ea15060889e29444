/** `az-escape schedule …`: periodic protection, one Temporal Schedule a zone and tier. */
import type { Command } from 'commander';
import { formatDurationMs } from '../../model/duration.ts';
import { applySchedules, listSchedules, removeSchedules, type ProtectSchedule } from '../../client/schedules.ts';
import { coloursFor } from '../render/colour.ts';
import { renderTable } from '../render/table.ts';
import { configOf, withClient } from '../with-config.ts';

export function addScheduleCommands(program: Command): void {
  const schedule = program.command('schedule').description('periodic protection by Temporal Schedules');
  schedule
    .command('apply')
    .description('create or renew the schedules of every zone and tier from the configuration')
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const config = await configOf(command);
      print(await withClient(config, (client) => applySchedules(client, config)), options);
    });
  schedule
    .command('list')
    .description('how the schedules stand')
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const config = await configOf(command);
      print(await withClient(config, (client) => listSchedules(client, config)), options);
    });
  schedule
    .command('remove')
    .description('delete the schedules; rounds that run go on to their end')
    .action(async (_options: object, command: Command) => {
      const config = await configOf(command);
      await withClient(config, (client) => removeSchedules(client, config));
    });
}

function print(schedules: ProtectSchedule[], options: { json?: boolean }): void {
  if (options.json) {
    process.stdout.write(`${JSON.stringify(schedules, null, 2)}\n`);
    return;
  }
  const colours = coloursFor(process.stdout);
  const paints = { runs: colours.green, paused: colours.yellow, absent: colours.red };
  const rows = schedules.map(({ id, everyMs, state, next }) => [
    id,
    formatDurationMs(everyMs),
    { text: state, paint: paints[state] },
    next ?? '-',
  ]);
  const columns = [
    { head: 'schedule' },
    { head: 'every', align: 'right' } as const,
    { head: '' },
    { head: 'next round' },
  ];
  process.stdout.write(`${renderTable(columns, rows).join('\n')}\n`);
}
