/** Says why a command may be waiting, instead of leaving its user before a silent terminal. */

const patienceMs = 8_000;

/** Prints the hint once unless the returned function is called before. */
export function hintUnlessAnswered(hint: string): () => void {
  const timer = setTimeout(() => process.stderr.write(`${hint}\n`), patienceMs);
  return () => clearTimeout(timer);
}

/** The usual reason why a workflow does not answer. */
export function noWorkerHint(taskQueue: string): string {
  return `no answer yet: is a worker running? (az-escape worker; task queue "${taskQueue}"). Still waiting …`;
}
