/**
 * Chance that repeats: a draw depends on the seed and on what it is for, not on how many draws came before it, so a
 * fleet of the same seed meets the same fate in whatever order its jobs start.
 */
import { createHash } from 'node:crypto';

/** From 0 inclusive to 1 exclusive, the same for the same seed and purpose. */
export function draw(seed: number, ...purpose: (string | number)[]): number {
  return digest(seed, purpose).readUInt32BE(0) / 2 ** 32;
}

/** 32 lower-case hex digits, as Flink's ids are. */
export function drawId(seed: number, ...purpose: (string | number)[]): string {
  return digest(seed, purpose).toString('hex', 0, 16);
}

function digest(seed: number, purpose: readonly (string | number)[]): Buffer {
  return createHash('sha256')
    .update([seed, ...purpose].join('|'))
    .digest();
}
