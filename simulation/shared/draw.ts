/**
 * Chance that replays. A draw depends on the seed and on what it is for, not on how many draws came before it: with
 * real timers the order of calls differs from run to run, and a failing seed must fail again.
 */

/** A number from 0 inclusive to 1 exclusive, the same for the same seed and purpose. */
export function draw(seed: number, ...purpose: (string | number)[]): number {
  let hash = (2_166_136_261 ^ seed) >>> 0;
  for (const character of purpose.join('|')) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 16_777_619) >>> 0;
  }
  // FNV alone leaves texts that differ at their end close together.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35) >>> 0;
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A whole number within both bounds. */
export function drawBetween(least: number, most: number, seed: number, ...purpose: (string | number)[]): number {
  return Math.floor(least + draw(seed, ...purpose) * (most - least + 1));
}

/** Lower-case hex digits, for ids. */
export function drawHex(length: number, seed: number, ...purpose: (string | number)[]): string {
  return Array.from({ length }, (_, index) => Math.floor(draw(seed, ...purpose, index) * 16).toString(16)).join('');
}
