/** `lab down`: leaves nothing of the lab on the machine but its data, and not even that with `purge`. */
import { existsSync, rmSync } from 'node:fs';
import { labHome, labZone, labZoneNames } from '../layout.ts';
import { withLabLock } from '../lock.ts';
import { takeDownTemporal, temporalProcess } from '../temporal.ts';
import { zonePids } from '../zones/census.ts';
import { existingCgroups, removeCgroups } from '../zones/cgroups.ts';
import { forgetFault } from '../zones/faults.ts';
import { firewallExists, firewallTable, removeFirewall } from '../zones/firewall.ts';
import { remainingNetwork, restoreHost } from '../zones/network.ts';
import { removeDevicePluginSocket, zoneMounts, zoneRecords } from '../zones/remains.ts';
import { takeDownZone, type Report } from '../zones/zone.ts';
import { withElapsed } from './progress.ts';
import { requireRoot } from './require-root.ts';

/**
 * Ends every process and removes every namespace, mount, cgroup, rule, route and address of the lab, then looks.
 * @returns how long it took, in seconds.
 * @throws listing whatever is left.
 */
export async function labDown(options: { purge?: boolean }, report: Report): Promise<{ seconds: number }> {
  requireRoot();
  return await withLabLock('down', report, async () => {
    const progress = withElapsed(report);
    const zones = labZoneNames.map(labZone);
    const results = await Promise.allSettled([
      takeDownTemporal(),
      ...zones.map(async (zone) => {
        await takeDownZone(zone);
        await removeCgroups(zone.name);
        forgetFault(zone);
        progress.line(`${zone.name}  is gone`);
      }),
    ]);
    // Each of these is tried whatever became of the others: the less is left, the better.
    results.push(
      ...(await Promise.allSettled([
        Promise.resolve().then(removeDevicePluginSocket),
        removeFirewall(),
        restoreHost(),
      ])),
    );
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
    const left = [...failures, ...(await labRemains())];
    if (left.length > 0) throw new Error(`The lab is not down, this is left:\n  ${left.join('\n  ')}`);
    if (options.purge) {
      rmSync(labHome, { recursive: true, force: true });
      progress.line(`the lab is down, its data (${labHome}) is deleted`);
    } else progress.line(`the lab is down; its data stays in ${labHome}`);
    return { seconds: progress.seconds() };
  });
}

/** Everything of the lab that is on the machine beside its data, in words; empty after `lab down`. */
async function labRemains(): Promise<string[]> {
  const zones = labZoneNames.map(labZone);
  const left: string[] = [];
  for (const zone of zones) {
    const pids = zonePids(zone);
    if (pids.length > 0) left.push(`processes of ${zone.name}: ${pids.join(', ')}`);
    left.push(...zoneMounts(zone).map((path) => `mount ${path}`));
    left.push(...zoneRecords(zone).map((path) => `file ${path}`));
  }
  const temporal = temporalProcess();
  if (temporal) left.push(`Temporal, pid ${temporal.pid}`);
  for (const owner of [...labZoneNames, 'temporal'])
    left.push(...existingCgroups(owner).map((path) => `cgroup ${path}`));
  left.push(...(await remainingNetwork(zones)));
  if (await firewallExists()) left.push(`nftables table ip ${firewallTable}`);
  return left.filter((what) => !what.startsWith('mount ') || existsSync(what.slice('mount '.length)));
}
