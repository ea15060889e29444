/** The `az-escape` command: a thin shell over the same client that the API uses. */
import { Command } from 'commander';
import { addApiCommand } from './commands/api.ts';
import { addConfigCommands } from './commands/config.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addEscapeCommands } from './commands/escape.ts';
import { addLabCommands } from './commands/lab.ts';
import { addProtectCommand } from './commands/protect.ts';
import { addRunningCommands } from './commands/running.ts';
import { addWorkerCommand } from './commands/worker.ts';
import { explainAndExit } from './explain.ts';

const program = new Command('az-escape')
  .description('Restarts the Flink jobs of a lost availability zone, state and all, in a surviving zone.')
  .option('-c, --config <file>', 'configuration (else AZ_ESCAPE_CONFIG, else ./az-escape.yaml)')
  .showHelpAfterError('(az-escape --help shows every command)')
  .configureHelp({ sortSubcommands: false });

addDemoCommand(program);
addEscapeCommands(program);
addRunningCommands(program);
addProtectCommand(program);
addWorkerCommand(program);
addApiCommand(program);
addConfigCommands(program);
addLabCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  explainAndExit(error);
}
