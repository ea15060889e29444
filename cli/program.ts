/** All commands of `az-escape`, put together: the process runs it, tests hold the documents against it. */
import { Command } from 'commander';
import { addApiCommand } from './commands/api.ts';
import { addConfigCommands } from './commands/config.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addEscapeCommands } from './commands/escape.ts';
import { addGiveBackCommand } from './commands/give-back.ts';
import { addLabCommands } from './commands/lab.ts';
import { addProtectCommand } from './commands/protect.ts';
import { addRecheckCommand } from './commands/recheck.ts';
import { addRetainCommand } from './commands/retain.ts';
import { addRunningCommands } from './commands/running.ts';
import { addScheduleCommands } from './commands/schedule.ts';
import { addStatusCommand } from './commands/status.ts';
import { addWorkerCommand } from './commands/worker.ts';

/** A fresh program; nothing is parsed or run yet. */
export function createProgram(): Command {
  const program = new Command('az-escape')
    .description('Restarts the Flink jobs of a lost availability zone, state and all, in a surviving zone.')
    .option('-c, --config <file>', 'configuration (else AZ_ESCAPE_CONFIG, else ./az-escape.yaml)')
    .showHelpAfterError('(az-escape --help shows every command)')
    .configureHelp({ sortSubcommands: false });
  addDemoCommand(program);
  addEscapeCommands(program);
  addStatusCommand(program);
  addRunningCommands(program);
  addGiveBackCommand(program);
  addProtectCommand(program);
  addRetainCommand(program);
  addRecheckCommand(program);
  addScheduleCommands(program);
  addWorkerCommand(program);
  addApiCommand(program);
  addConfigCommands(program);
  addLabCommands(program);
  return program;
}
