import { expect, test } from 'vitest';
import { seeProtection } from '../../zones/protection/see-protection.ts';
import { rememberRound } from '../../zones/protection/remember-round.ts';
import { protectionTable } from '../../cli/render/protection-table.ts';
import { plainColours } from '../../cli/render/colour.ts';
import { deploy, fleetOf, protectAll, userDeployment } from './harness/fleet.ts';
import { twoZones } from './harness/two-zones.ts';
import { SimulatedWorld } from '../../simulation/world/simulated-world.ts';

const never = new AbortController().signal;

async function stage(name: string) {
  const { config, home, peer } = twoZones(name);
  const world = new SimulatedWorld(config, { seed: 1, speed: 40 });
  const fleet = fleetOf({ P0: 1, P1: 1, P3: 1 });
  await deploy(world, home, fleet);
  for (const result of await protectAll(world, home, fleet, 'first')) await rememberRound(world, home, result, never);
  return { world, home, peer };
}

test('protection is seen with Temporal away: fresh ones, one that was never protected, and why the last round failed', async () => {
  const { world, home } = await stage('seen');
  await world.cluster(home).applyDeployment(userDeployment({ namespace: 'default', name: 'new' }, 'P2'));
  await rememberRound(
    world,
    home,
    {
      namespace: 'default',
      name: 'p1-0',
      tier: 'P1',
      store: 's3',
      outcome: 'failed',
      code: 'SavepointFailed',
      sentence: 'it took too long',
      recoveryPoint: null,
      stateAt: null,
      bytes: 0,
      seconds: 1,
    },
    never,
  );
  const { lines, notes } = await seeProtection(world, home, never);
  expect(notes).toEqual([]);
  expect(lines.map(({ name, state }) => [name, state])).toEqual([
    ['p0-0', 'fresh'],
    ['p1-0', 'fresh'],
    ['new', 'unprotected'],
    ['p3-0', 'fresh'],
  ]);
  expect(lines[0]).toMatchObject({ mode: 'savepoint', intervalSeconds: 60, lastError: null });
  expect(lines[0]!.copiedBytes).toBeGreaterThan(0);
  expect(lines[1]!.lastError).toBe('SavepointFailed: it took too long');
  const table = protectionTable({ lines, notes }, plainColours).join('\n');
  expect(table).toContain('4 jobs: 3 fresh, 0 overdue, 1 unprotected');
});

test('a home zone that is gone is a note, and what lies in the peer is shown all the same', async () => {
  const { world, home } = await stage('gone');
  world.zone(home).dead = true;
  const { lines, notes } = await seeProtection(world, home, never);
  expect(lines).toHaveLength(3);
  expect(notes.join()).toMatch(/jobs in .* were not read/);
});
