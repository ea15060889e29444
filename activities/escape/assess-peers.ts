/** Gathers what several peers hold. One that falls silent meanwhile is left out; the others go on. */
import type { EscapeAssessment } from '../../model/move/plan-types.ts';
import type { PeersSeen } from '../../model/move/seat-candidates.ts';
import type { Seat } from '../../model/placement/seats.ts';
import { OutsideFailure } from '../../adapters/failure.ts';
import { retry, type RetryPolicy } from '../../adapters/retry.ts';
import { readSeats } from '../../jobs/claims/seats.ts';
import type { Clock, Configured, Stores } from '../../adapters/ports.ts';
import { keeperOf, type SettledMove, type SilentPeer } from '../../model/move/move.ts';

/** How long a peer is asked that answered a moment ago; less than the activity may take. */
const patienceMs = 20_000;

/** A peer that refuses every third call must be asked often enough to be heard. */
const asking: RetryPolicy = { after: 'retryable', pauseMs: 500, growth: 2, longestPauseMs: 1_000 };

/** The keeper of the plan must answer. @throws OutsideFailure of that one */
export async function assessPeers(
  ports: Configured & Stores & Clock,
  move: SettledMove,
  assess: (peer: string) => Promise<EscapeAssessment>,
  signal: AbortSignal,
): Promise<{ first: EscapeAssessment; others: PeersSeen }> {
  const silent: SilentPeer[] = [...move.reachable.silent];
  const others = move.reachable.answer.slice(1);
  const [first, ...seen] = await Promise.all([
    assess(keeperOf(move)),
    ...others.map(async (zone) => {
      const assessed = await patiently(ports, () => assess(zone), signal);
      if (!('why' in assessed)) return assessed;
      silent.push({ zone, why: assessed.why });
      return undefined;
    }),
  ]);
  const assessments = seen.flatMap((one) => one ?? []);
  const silences = silent.map(({ zone, why }) => `${zone} does not answer, so nothing starts there: ${why}`);
  const told = { ...first, notes: [...silences, ...(first.notes ?? [])] };
  if (silent.length === 0) return { first, others: { assessments, silent } };
  const answer = [keeperOf(move), ...assessments.map(({ to }) => to)];
  const seats = new Map<string, ReadonlyMap<string, Seat>>();
  for (const cluster of move.lost) {
    seats.set(cluster, await readSeats(ports, cluster, answer, signal));
  }
  return { first: told, others: { assessments, silent, seats } };
}

async function patiently<T>(clock: Clock, ask: () => Promise<T>, signal: AbortSignal): Promise<T | { why: string }> {
  const over = new AbortController();
  let why = `no answer within ${patienceMs / 1000} s`;
  const late = clock.sleep(patienceMs, over.signal).then(
    () => ({ why }),
    () => ({ why }),
  );
  const sleep = (ms: number) => clock.sleep(ms, over.signal);
  const attempts = async (): Promise<T | { why: string }> => {
    try {
      return await retry(ask, asking, { sleep, signal, failed: (error) => (why = error.message) });
    } catch (error) {
      if (!(error instanceof OutsideFailure)) throw error;
      return { why: error.message };
    }
  };
  try {
    const asked = attempts();
    // Once it is late, nobody waits for what it comes to.
    asked.catch(() => undefined);
    return await Promise.race([asked, late]);
  } finally {
    over.abort();
  }
}
