/** `lab up`: starts what is missing of the lab, whatever state it was left in. */
import { labZone, labZoneNames } from '../layout.ts';
import { withLabLock } from '../lock.ts';
import { bringUpTemporal, temporalUi } from '../temporal.ts';
import { currentFault, liftFaults } from '../zones/faults.ts';
import { ensureFirewall } from '../zones/firewall.ts';
import { prepareHost } from '../zones/network.ts';
import { bringUpZone, type Report } from '../zones/zone.ts';
import { lackingTools } from './lacking-tools.ts';
import { requireRoot } from './require-root.ts';
import { withElapsed } from './progress.ts';

/** What `lab up` did. */
export interface UpResult {
  /** `<zone>/<component>` of everything that had to be started; empty when the lab was up. */
  started: string[];
  seconds: number;
}

/**
 * Brings both zones and Temporal up and answers when each has been asked and serves. Zones under a fault are restored.
 * @throws naming what did not come up; calling again goes on from there. Does not make tools: that is `ensureToolchain`.
 */
export async function labUp(report: Report): Promise<UpResult> {
  requireRoot();
  const lacking = lackingTools();
  if (lacking.length > 0) throw new Error(`The lab's tools are not complete, these lack: ${lacking.join(', ')}.`);
  const progress = withElapsed(report);
  return await withLabLock('up', progress.line, async () => {
    const zones = labZoneNames.map(labZone);
    await prepareHost();
    await ensureFirewall(zones);
    const zone = async (name: (typeof labZoneNames)[number]) => {
      const fault = await currentFault(labZone(name));
      if (fault) {
        progress.line(`${name}  is under a fault (${fault.kind} since ${fault.since}): restoring it`);
        await liftFaults(labZone(name));
      }
      return (await bringUpZone(labZone(name), progress.line)).map((component) => `${name}/${component}`);
    };
    const temporal = async () => {
      if (!(await bringUpTemporal())) return [];
      progress.line(`Temporal serves; its Web UI: ${temporalUi}`);
      return ['temporal'];
    };
    const results = await Promise.allSettled([...labZoneNames.map(zone), temporal()]);
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
    if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join('\n'));
    const started = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    progress.line(started.length > 0 ? 'the lab is up' : 'the lab was up; nothing had to be started');
    return { started, seconds: progress.seconds() };
  });
}
