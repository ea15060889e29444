/** `az-escape config check`: the file, and every endpoint in it. */
import type { Command } from 'commander';
import { escapableNames } from '../../model/config/zone-clusters.ts';
import { checkEndpoints } from '../check-config.ts';
import { startFormLink } from '../../client/start-form.ts';
import { coloursFor } from '../render/colour.ts';
import { renderTable } from '../render/table.ts';
import { configOf } from '../with-config.ts';

export function addConfigCommands(program: Command): void {
  const config = program.command('config').description('the configuration');
  config
    .command('check')
    .description('read az-escape.yaml and try every endpoint that it names')
    .option('--offline', 'check the file alone')
    .option('--json', 'print the result as JSON')
    .action(async (options: { offline?: boolean; json?: boolean }, command: Command) => {
      const loaded = await configOf(command);
      const checks = options.offline ? [] : await checkEndpoints(loaded);
      const startForms = Object.fromEntries(
        escapableNames(loaded).map((zone) => [zone, startFormLink(loaded, zone) ?? null]),
      );
      if (options.json) {
        const ok = checks.every((check) => check.ok);
        process.stdout.write(`${JSON.stringify({ ok, endpoints: checks, startForms }, null, 2)}\n`);
      } else {
        const colours = coloursFor(process.stdout);
        const rows = checks.map(({ endpoint, ok, detail }) => [
          endpoint,
          ok ? { text: 'ok', paint: colours.green } : { text: 'no', paint: colours.red },
          detail,
        ]);
        const zones = Object.values(loaded.zones)
          .map(({ name, partOf }) => (partOf === undefined ? name : `${name} (of ${partOf})`))
          .join(', ');
        process.stdout.write(`the file is fine: zones ${zones}\n`);
        if (rows.length > 0)
          process.stdout.write(
            `${renderTable([{ head: 'endpoint' }, { head: '' }, { head: 'answer' }], rows).join('\n')}\n`,
          );
        for (const [zone, link] of Object.entries(startForms)) {
          if (link)
            process.stdout.write(`to escape ${zone} from Temporal's UI: ${link} with the input {"zone":"${zone}"}\n`);
        }
      }
      process.exitCode = checks.every(({ ok }) => ok) ? 0 : 1;
    });
}
