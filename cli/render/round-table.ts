/** What a round of protection came to, as a table. */
import { formatDurationMs } from '../../model/duration.ts';
import type { ProtectProgress } from '../../workflows/protect/messages.ts';
import type { Colours } from './colour.ts';
import { renderTable } from './table.ts';

/** A line a job: what was kept, or what is wrong. */
export function protectTable(progress: ProtectProgress | undefined, colours: Colours): string[] {
  return renderTable(
    [
      { head: 'job' },
      { head: 'tier' },
      { head: 'outcome' },
      { head: 'recovery point' },
      { head: 'MB', align: 'right' },
      { head: 'took', align: 'right' },
      { head: '' },
    ],
    (progress?.results ?? []).map((result) => [
      `${result.namespace}/${result.name}`,
      result.tier ?? '-',
      result.outcome === 'protected'
        ? { text: result.outcome, paint: colours.green }
        : { text: result.outcome, paint: colours.red },
      result.recoveryPoint ?? '-',
      (result.bytes / 1e6).toFixed(1),
      formatDurationMs(result.seconds * 1000),
      [result.sentence, ...(result.findings ?? []).map(({ code, sentence }) => `${code}: ${sentence}`)].join('; '),
    ]),
  );
}
