/** Ids of recovery points: `20261121T020304Z-1a2b3c4d`, so that they sort by the time of their state. */
export function recoveryPointId(stateAtMs: number, triggerId: string): string {
  const time = new Date(stateAtMs)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
  return `${time}-${triggerId.slice(0, 8)}`;
}
