/** Reads a finished escape's report from the store of the zone that took the jobs. */
import { reportSchema, type Report } from '../model/report/schema.ts';
import type { Config } from '../model/config/types.ts';
import { defaultStoreName, zoneConfig } from '../activities/world.ts';
import { openWorld } from '../worker/world.ts';

const maxReportBytes = 64 << 20;

/** The report, and its page. @throws OutsideFailure where the store does not answer */
export async function readReport(
  config: Config,
  zone: string,
  reportKey: string,
): Promise<{ report: Report; html: string }> {
  const world = openWorld(config, { info: () => {}, warn: () => {} });
  try {
    const to = zoneConfig(world, zone).peer;
    const store = world.store(to, defaultStoreName(zoneConfig(world, to)));
    const text = async (key: string) => {
      const bytes = await store.read(key, { maxBytes: maxReportBytes });
      if (!bytes) throw new Error(`report ${key} is not in ${store.description}`);
      return new TextDecoder().decode(bytes);
    };
    const report = reportSchema.parse(JSON.parse(await text(reportKey)));
    return { report, html: await text(reportKey.replace(/\.json$/, '.html')) };
  } finally {
    await world.close();
  }
}
