/** Puts the seconds since a command began before each line of its progress. */
import { performance } from 'node:perf_hooks';
import type { Report } from '../zones/zone.ts';

/** Progress lines with their time. */
export interface Progress {
  line: Report;
  seconds: () => number;
}

/** Lines look like `[ 12.3 s] az-a  node Ready`. */
export function withElapsed(report: Report): Progress {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  return { seconds, line: (text) => report(`[${seconds().toFixed(1).padStart(5)} s] ${text}`) };
}
