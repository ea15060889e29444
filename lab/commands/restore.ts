/** `lab restore`: brings a zone back from whatever was done to it, as it would come back by itself. */
import { labZone, labZoneNames, type LabZoneName } from '../layout.ts';
import { withLabLock } from '../lock.ts';
import { currentFault, liftFaults } from '../zones/faults.ts';
import { ensureFirewall } from '../zones/firewall.ts';
import { prepareHost } from '../zones/network.ts';
import { bringUpZone, type Report } from '../zones/zone.ts';
import { withElapsed } from './progress.ts';
import { requireRoot } from './require-root.ts';

/**
 * Undoes a zone's faults, starts what died from its own data, and answers when every component serves again. Jobs that
 * ran there before run there again after a while, as nobody has told them otherwise: that is the product's part.
 */
export async function labRestore(
  options: { zone: LabZoneName },
  report: Report,
): Promise<{ started: string[]; seconds: number }> {
  requireRoot();
  const zone = labZone(options.zone);
  return await withLabLock(`restore ${zone.name}`, report, async () => {
    const progress = withElapsed(report);
    const fault = await currentFault(zone);
    progress.line(fault ? `${zone.name}  undoing: ${fault.kind}` : `${zone.name}  is under no fault; looking after it`);
    await prepareHost();
    await ensureFirewall(labZoneNames.map(labZone));
    await liftFaults(zone);
    const started = await bringUpZone(zone, progress.line);
    progress.line(`${zone.name}  is back`);
    return { started, seconds: progress.seconds() };
  });
}
