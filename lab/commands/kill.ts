/** `lab kill`: does to a zone what az-escape is there for. */
import { labZone, type LabZoneName } from '../layout.ts';
import { withLabLock } from '../lock.ts';
import { currentFault, makeFault, type FaultKind } from '../zones/faults.ts';
import { firewallExists } from '../zones/firewall.ts';
import { networkExists } from '../zones/network.ts';
import { destroyStorage } from '../zones/storage.ts';
import type { Report } from '../zones/zone.ts';
import { withElapsed } from './progress.ts';
import { requireRoot } from './require-root.ts';

/** Which fault, and where. */
export interface KillOptions {
  zone: LabZoneName;
  /** Default `kill`, a power cut. */
  fault?: FaultKind;
  /** Delete what its stores hold as well. Only with a power cut: a store that runs would be torn, not lost. */
  storage?: boolean;
}

/**
 * Makes a fault and answers when it has been checked. The other zone and Temporal are not touched.
 * @returns how long it took, in seconds.
 * @throws when the zone is not up, or is under another fault that does not go with it.
 */
export async function labKill(options: KillOptions, report: Report): Promise<{ seconds: number }> {
  requireRoot();
  const zone = labZone(options.zone);
  const kind = options.fault ?? 'kill';
  if (options.storage && kind !== 'kill')
    throw new Error('--storage goes with a power cut alone: leave out the other.');
  return await withLabLock(`kill ${zone.name}`, report, async () => {
    const progress = withElapsed(report);
    if (!networkExists(zone) || !(await firewallExists()))
      throw new Error(`${zone.name} is not up: run "az-escape lab up" first.`);
    const fault = await currentFault(zone);
    // A power cut hits a frozen zone as well as any other; and the same fault may be made again, as the first attempt
    // may have been broken off.
    if (fault && fault.kind !== kind && kind !== 'kill')
      throw new Error(
        `${zone.name} is under a fault already (${fault.kind} since ${fault.since}): run "az-escape lab restore ${zone.name}" first.`,
      );
    await makeFault(zone, kind, progress.line);
    if (options.storage) destroyStorage(zone, progress.line);
    return { seconds: progress.seconds() };
  });
}
