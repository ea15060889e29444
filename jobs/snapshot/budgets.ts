/**
 * What protection may take of a zone, in one worker process: savepoints and shipments at once, bytes a second between
 * the zones. Several workers have a budget each.
 */
import { Pace } from '../../model/protect/pace.ts';
import type { ProtectMode } from '../../model/job/mode.ts';
import { Turnstile } from '../../model/protect/turnstile.ts';
import { tiers, type Tier } from '../../model/job/tier.ts';
import type { Steps } from '../../adapters/storage/copy/steps.ts';
import type { MemoryKey } from '../../adapters/process-memory.ts';
import type { Clock, Configured, Pulse, Remembering } from '../../adapters/ports.ts';

/**
 * Steps in a second. Files in flight take theirs in turn, and servers give up a connection that is silent for long: with
 * 32 of them each moves every three seconds.
 */
const stepsPerSecond = 10;

interface Budgets {
  /** By home zone and mode. */
  turnstiles: Map<string, Turnstile>;
  /** By home zone. */
  paces: Map<string, Pace>;
}

const budgets: MemoryKey<Budgets> = {
  name: 'budgets of rounds',
  make: () => ({ turnstiles: new Map(), paces: new Map() }),
};

/** A round's place among those of its mode in the zone; dispose it when the snapshot is taken or given up. */
export function takeTurn(
  { config, memory }: Configured & Remembering,
  about: { zone: string; mode: ProtectMode; tier: Tier },
  signal: AbortSignal,
): Promise<Disposable> {
  const { turnstiles } = memory.of(budgets);
  const key = `${about.zone}/${about.mode}`;
  const { savepointsAtOnce, shipmentsAtOnce } = config.protect;
  const turnstile = turnstiles.get(key) ?? new Turnstile(about.mode === 'ship' ? shipmentsAtOnce : savepointsAtOnce);
  turnstiles.set(key, turnstile);
  return turnstile.enter(tiers.indexOf(about.tier), signal);
}

/** All shipments out of a zone share one pace, also within a file. Undefined where there is no limit. */
export function stepsOf(
  ports: Configured & Clock & Remembering,
  zone: string,
  pulse: Pick<Pulse, 'sleep'>,
): Steps | undefined {
  const { shipBytesPerSecond } = ports.config.protect;
  if (shipBytesPerSecond === 0) return undefined;
  const { paces } = ports.memory.of(budgets);
  const pace = paces.get(zone) ?? new Pace(shipBytesPerSecond);
  paces.set(zone, pace);
  return {
    stepBytes: Math.ceil(shipBytesPerSecond / stepsPerSecond),
    async mayPass(bytes) {
      const delayMs = pace.delayMs(bytes, ports.now());
      if (delayMs > 0) await pulse.sleep(delayMs);
    },
  };
}
