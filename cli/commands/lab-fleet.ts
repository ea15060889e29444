/** `az-escape lab fleet …`: simulated jobs by the thousand in the lab. */
import { InvalidArgumentError, type Command } from 'commander';
import { fleetDown, fleetStatus, fleetUp, renderFleetStatus, type FleetOptions } from '../../lab/commands/fleet.ts';

const number = (least: number, most: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw new InvalidArgumentError(`give a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
};

export function addFleetCommands(lab: Command, say: (line: string) => void): void {
  const fleet = lab.command('fleet').description('simulated jobs by the thousand on the real API servers of the lab');
  fleet
    .command('up')
    .description('create the jobs, with recovery points, and simulate their Flink')
    .option('--jobs <n>', 'how many', number(1, 20_000, true), 1_000)
    .option('--seed <n>', 'what chance follows from', number(0, 2 ** 31, true), 1)
    .option('--faults <share>', 'share of the jobs with a fault, 0 to 1', number(0, 1, false), 0)
    .option('--speed <factor>', 'so many times quicker than real starts', number(0.1, 1_000, false), 1)
    .action((options: FleetOptions) => fleetUp(options, say));
  fleet
    .command('status')
    .description('how many simulated jobs run where')
    .action(async () => {
      process.stdout.write(`${renderFleetStatus(await fleetStatus())}\n`);
    });
  fleet
    .command('down')
    .description('stop the simulators and delete the jobs')
    .action(() => fleetDown(say));
}
