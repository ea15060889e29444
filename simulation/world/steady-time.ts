/**
 * Real time without the moments in which this process did not get to run. On a busy machine half a minute of a world's
 * time would else pass between two of its lines, and what runs in time here would come too late there.
 */
const tickMs = 4;

/** What passes at most between two ticks. */
const longestTickMs = 12;

let atTickMs = 0;
let tickedAtMs = performance.now();

function sinceTick(): number {
  return Math.min(performance.now() - tickedAtMs, longestTickMs);
}

setInterval(() => {
  atTickMs += sinceTick();
  tickedAtMs = performance.now();
}, tickMs).unref();

/** Milliseconds since this process loaded the module. */
export function steadyNow(): number {
  return atTickMs + sinceTick();
}
