/** Keeps how fast escapes into a zone went, in one small object of its store: a plan has no time to read whole reports. */
import {
  measureEscape,
  readMeasures,
  speedsFrom,
  withMeasure,
  type EscapeMeasure,
} from '../../model/report/measured.ts';
import type { Report } from '../../model/report/schema.ts';
import { storeKeys } from '../../model/store-location.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import type { SnapshotStore } from '../../adapters/storage/port.ts';
import type { Clock, Configured, Logging } from '../../adapters/ports.ts';

const maxBytes = 1 << 20;

/** A forecast is worth no more of an escape's time. */
const readDeadlineMs = 2_000;

async function readKept(store: SnapshotStore, signal: AbortSignal): Promise<EscapeMeasure[]> {
  const bytes = await store.read(storeKeys.measuresKey, { maxBytes, signal });
  return bytes ? readMeasures(new TextDecoder().decode(bytes)) : [];
}

/** Adds what the escape showed. That it could not be written costs the next forecast and not this report. */
export async function keepMeasure(
  ports: Logging,
  store: SnapshotStore,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const measure = measureEscape(report);
  if (!measure) return;
  try {
    const kept = withMeasure(await readKept(store, signal), measure);
    const bytes = new TextEncoder().encode(JSON.stringify(kept, null, 2));
    await store.put(storeKeys.measuresKey, bytes, { contentType: 'application/json', signal });
  } catch (error) {
    if (!(error instanceof OutsideFailure)) throw error;
    ports.log.warn({ incident: report.incident }, `how fast it went was not kept: ${error.message}`);
  }
}

/** The speeds for a forecast of an escape into a zone: measured, or those of the settings. */
export async function seeSpeeds(
  ports: Configured & Clock,
  to: string,
  store: SnapshotStore,
  signal: AbortSignal,
): Promise<ReturnType<typeof speedsFrom>> {
  const { startsPerSecond, timeToRunMs, preemptSavepointMs } = ports.config.escape;
  const settings = {
    startsPerSecond,
    timeToRunSeconds: timeToRunMs / 1000,
    makeRoomSeconds: preemptSavepointMs / 1000,
  };
  try {
    const bound = AbortSignal.any([signal, ports.timeout(readDeadlineMs)]);
    return speedsFrom(to, await readKept(store, bound), settings);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof OutsideFailure) && !isTimeout(error)) throw error;
    return speedsFrom(to, [], settings);
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}
