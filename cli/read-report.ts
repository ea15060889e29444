/** Reads a finished escape's report from the store of the zone that took the jobs. */
import { reportSchema, type Report } from '../model/report/schema.ts';
import type { Config } from '../model/config/types.ts';
import { readFromPeers } from '../zones/reports/find-report.ts';
import { openPorts } from '../runtime/open-ports.ts';

const maxReportBytes = 64 << 20;

/** The report, and its page. @throws OutsideFailure where the store does not answer */
export async function readReport(
  config: Config,
  zone: string,
  reportKey: string,
): Promise<{ report: Report; html: string }> {
  const world = openPorts(config, { info: () => {}, warn: () => {} });
  try {
    const text = async (key: string) => {
      const found = await readFromPeers(world, zone, key, { maxBytes: maxReportBytes });
      if (!found) throw new Error(`report ${key} is in the store of no peer of ${zone}`);
      return new TextDecoder().decode(found);
    };
    const report = reportSchema.parse(JSON.parse(await text(reportKey)));
    return { report, html: await text(reportKey.replace(/\.json$/, '.html')) };
  } finally {
    await world.close();
  }
}
