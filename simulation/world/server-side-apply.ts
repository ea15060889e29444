/** Server-side apply by one field manager with force: fields that it applied before and no longer names are removed. */
type Fields = Record<string, unknown>;

/** `before` is what this manager applied last; whatever others wrote stays. */
export function applyOver(present: unknown, before: unknown, applied: unknown): unknown {
  if (!isFields(applied)) return applied;
  const merged: Fields = isFields(present) ? { ...present } : {};
  for (const field of Object.keys(isFields(before) ? before : {})) {
    if (applied[field] === undefined) delete merged[field];
  }
  for (const [field, value] of Object.entries(applied)) {
    if (value === undefined) continue;
    merged[field] = applyOver(merged[field], isFields(before) ? before[field] : undefined, value);
  }
  return merged;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
