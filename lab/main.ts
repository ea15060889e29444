/** The lab's commands without the rest of az-escape: `node lab/main.ts up|status|kill|restore|down`. */
import { parseArgs } from 'node:util';
import { labDown } from './commands/down.ts';
import { labKill } from './commands/kill.ts';
import { labRestore } from './commands/restore.ts';
import { labStatus, renderStatus } from './commands/status.ts';
import { labUp } from './commands/up.ts';
import { labZoneNames, type LabZoneName } from './layout.ts';

const usage = `lab up
lab status [--json]
lab kill <zone> [--partition | --freeze]
lab restore <zone>
lab down [--purge]`;

function zoneNamed(name: string | undefined): LabZoneName {
  const zone = labZoneNames.find((known) => known === name);
  if (!zone) throw new Error(`Give a zone: ${labZoneNames.join(' or ')}.`);
  return zone;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      purge: { type: 'boolean' },
      partition: { type: 'boolean' },
      freeze: { type: 'boolean' },
    },
  });
  const report = (line: string) => console.log(line);
  const [command, zone] = positionals;
  switch (command) {
    case 'up':
      await labUp(report);
      return;
    case 'status': {
      const status = await labStatus();
      console.log(values.json ? JSON.stringify(status, undefined, 2) : renderStatus(status));
      process.exitCode = status.up ? 0 : 1;
      return;
    }
    case 'kill':
      await labKill(
        { zone: zoneNamed(zone), fault: values.partition ? 'partition' : values.freeze ? 'freeze' : 'kill' },
        report,
      );
      return;
    case 'restore':
      await labRestore({ zone: zoneNamed(zone) }, report);
      return;
    case 'down':
      await labDown({ purge: values.purge ?? false }, report);
      return;
    default:
      throw new Error(`Usage:\n${usage}`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
