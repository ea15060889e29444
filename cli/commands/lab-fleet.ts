/** `az-escape lab fleet …`: simulated jobs by the thousand in the lab. */
import { InvalidArgumentError, type Command } from 'commander';
import { kwokTool } from '../../lab/fleet/pods/kwok.ts';
import { fleetDown, fleetStatus, fleetUp, renderFleetStatus, type FleetOptions } from '../../lab/commands/fleet.ts';
import { Refusal } from '../../client/client.ts';
import { prepareToolchain } from '../prepare-lab.ts';

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
    .option('--pods <n>', 'real pods of each job in az-b, on simulated nodes', number(2, 1_000, true))
    .option('--nodes <n>', 'simulated nodes for them, as many as they need by default', number(1, 5_000, true))
    .action(async (options: FleetOptions) => {
      if (options.nodes !== undefined && options.pods === undefined)
        throw new Refusal('BadInput', '--nodes is for the pods of jobs: give --pods as well');
      if (options.pods !== undefined) await prepareToolchain({ tools: [kwokTool] });
      await fleetUp(options, say);
    });
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
