/** `az-escape lab …`: two zones on this machine, and faults on them. */
import { type Command, Option } from 'commander';
import { labDown } from '../../lab/commands/down.ts';
import { labKill } from '../../lab/commands/kill.ts';
import { labRestore } from '../../lab/commands/restore.ts';
import { labStatus, renderStatus } from '../../lab/commands/status.ts';
import { toolchainCommand } from '../../lab/commands/toolchain.ts';
import { labUp } from '../../lab/commands/up.ts';
import { deploySampleJobs } from '../../lab/jobs/deploy.ts';
import { describeSampleJobProgress } from '../../lab/jobs/progress.ts';
import { labZoneNames, type LabZoneName } from '../../lab/layout.ts';
import { writeLabConfig } from '../../lab/product-config.ts';
import { prepareToolchain } from '../prepare-lab.ts';
import { addFleetCommands } from './lab-fleet.ts';
import { Refusal } from '../../client/client.ts';

const say = (line: string) => process.stderr.write(`${line}\n`);

export function addLabCommands(program: Command): void {
  const lab = program.command('lab').description('two real availability zones on this machine');
  lab
    .command('up')
    .description('build what is missing and start what does not run')
    .option('--install', 'install missing Debian packages (as root)')
    .option('--jobs', 'deploy the sample jobs in az-a and wait until they have state')
    .action(async (options: { install?: boolean; jobs?: boolean }) => {
      await prepareToolchain(options);
      await labUp(say);
      say(`configuration: ${await writeLabConfig()} (az-escape --config …)`);
      if (!options.jobs) return;
      await deploySampleJobs('az-a', {
        onProgress: (job, progress) => say(`az-a  ${job.name} ${describeSampleJobProgress(progress)}`),
      });
    });
  lab
    .command('status')
    .description('what runs, what it costs, whether it answers')
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const status = await labStatus();
      process.stdout.write(`${options.json ? JSON.stringify(status, null, 2) : renderStatus(status)}\n`);
      process.exitCode = status.up ? 0 : 1;
    });
  lab
    .command('kill <zone>')
    .description('lose a zone: SIGKILL all that lives in it')
    .addOption(new Option('--partition', 'cut it off from the network instead').conflicts('freeze'))
    .addOption(new Option('--freeze', 'stop its processes instead').conflicts('partition'))
    .option('--storage', 'delete what its stores hold, too')
    .action(async (zone: string, options: { partition?: boolean; freeze?: boolean; storage?: boolean }) => {
      const fault = options.partition ? 'partition' : options.freeze ? 'freeze' : 'kill';
      await labKill({ zone: zoneNamed(zone), fault, storage: options.storage ?? false }, say);
    });
  lab
    .command('restore <zone>')
    .description('undo what was done to a zone')
    .action(async (zone: string) => {
      await labRestore({ zone: zoneNamed(zone) }, say);
    });
  lab
    .command('down')
    .description('stop everything; nothing of the lab is left but its data')
    .option('--purge', 'delete the data too')
    .action(async (options: { purge?: boolean }) => {
      await labDown(options, say);
    });
  addFleetCommands(lab, say);
  lab
    .command('toolchain [args...]')
    .description('build the tools alone: --install, --json, --status, or names of tools')
    .allowUnknownOption()
    .action(async (args: string[]) => {
      process.exitCode = await toolchainCommand(args);
    });
}

function zoneNamed(name: string): LabZoneName {
  const zone = labZoneNames.find((known) => known === name);
  if (!zone) throw new Refusal('UnknownZone', `"${name}" is no zone of the lab; zones are ${labZoneNames.join(', ')}`);
  return zone;
}
