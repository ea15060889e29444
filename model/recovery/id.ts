/** Ids of recovery points: `20261121T020304Z-1a2b3c4d`, so that they sort by the time of their state. */
export function recoveryPointId(stateAtMs: number, triggerId: string): string {
  const time = new Date(stateAtMs)
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
  return `${time}-${triggerId.slice(0, 8)}`;
}

/** When the state of a recovery point was as it is in it, in milliseconds, to the second; 0 for what is no such id. */
export function stateTimeOfId(id: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/.exec(id);
  if (!match) return 0;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
