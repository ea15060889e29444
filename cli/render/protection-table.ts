/** The table of how well each job is protected. */
import type { Protection } from '../../zones/protection/see-protection.ts';
import { formatDurationMs } from '../../model/duration.ts';
import type { ProtectionLine } from '../../model/protect/state.ts';
import type { Colours } from './colour.ts';
import { renderTable } from './table.ts';

/** A line a job and a line that sums them up; what could not be read comes last. */
export function protectionTable({ lines, notes }: Protection, colours: Colours, width?: number): string[] {
  const paint = { fresh: colours.green, overdue: colours.yellow, unprotected: colours.red };
  const megabytes = (bytes: number | null) => (bytes === null ? '-' : (bytes / 1e6).toFixed(1));
  const several = lines.some(({ peer }) => peer !== undefined);
  const table = renderTable(
    [
      { head: 'job', keepWidth: 24 },
      { head: 'tier' },
      ...(several ? [{ head: 'peer' }] : []),
      { head: 'mode' },
      { head: 'state age', align: 'right' },
      { head: 'every', align: 'right' },
      { head: 'MB', align: 'right' },
      { head: 'MB sent', align: 'right' },
      { head: 'protection' },
      { head: 'last error', keepWidth: 20 },
    ],
    lines.map((line) => [
      `${line.namespace}/${line.name}`,
      line.tier ?? '-',
      ...(several ? [line.peer ?? '-'] : []),
      line.mode ?? '-',
      line.ageSeconds === null ? '-' : formatDurationMs(line.ageSeconds * 1000),
      line.intervalSeconds === null ? '-' : formatDurationMs(line.intervalSeconds * 1000),
      megabytes(line.sizeBytes),
      megabytes(line.copiedBytes),
      { text: line.state, paint: paint[line.state] },
      line.lastError ?? '',
    ]),
    width === undefined ? {} : { width },
  );
  const count = (state: ProtectionLine['state']) => lines.filter((line) => line.state === state).length;
  const sum = `${lines.length} jobs: ${count('fresh')} fresh, ${count('overdue')} overdue, ${count('unprotected')} unprotected`;
  return [...(lines.length > 0 ? table : []), sum, ...notes.slice(0, 10)];
}
