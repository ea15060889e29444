/**
 * Delays that move the order of things. A test that holds only in the order that a quick and idle machine gives fails
 * one day on another; `SIMULATION_JITTER=7 npm test -- simulation` finds it before: of each seed, other kinds of
 * requests and other jobs are the slow ones.
 */
import { draw } from '../shared/draw.ts';

/** How long a request is under way, before and after its effect; real milliseconds. */
export interface Latency {
  beforeMs: number;
  afterMs: number;
}

export type Jitter = (zone: string, kind: string, object: string) => Latency;

const none: Latency = { beforeMs: 0, afterMs: 0 };

/** No delay at all: what virtual time needs, where the seeds of a run draw their own latencies. */
export const noJitter: Jitter = () => none;

/** By the seed in `SIMULATION_JITTER`, none without it. */
export function jitterAsked(): Jitter {
  const asked = process.env['SIMULATION_JITTER'];
  if (asked === undefined) return noJitter;
  const seed = Number(asked);
  const calls = new Map<string, number>();
  // Most requests stay quick: when all are slow alike, their order is what it was.
  const slowness = (...of: string[]) => [0, 0, 2, 12, 50][Math.floor(draw(seed, 'jitter', ...of) * 5)]!;
  return (zone, kind, object) => {
    const call = `${zone} ${kind} ${object}`;
    const times = (calls.get(call) ?? 0) + 1;
    calls.set(call, times);
    const job = /[\w-]+\/[\w-]+/.exec(object)?.[0] ?? '';
    const most = slowness(kind) + slowness(kind, job) + slowness(job);
    const delayMs = (when: string) => most * draw(seed, when, call, times);
    return { beforeMs: delayMs('before'), afterMs: delayMs('after') };
  };
}
