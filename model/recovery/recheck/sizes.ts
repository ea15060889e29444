/** Files of a recovery point that are missing or too short, by a listing alone. */
import type { FileFault } from './damage.ts';

export function sizeFaults(
  files: readonly { key: string; sizeBytes: number }[],
  sizes: ReadonlyMap<string, number>,
): FileFault[] {
  return files.flatMap(({ key, sizeBytes }): FileFault[] => {
    const size = sizes.get(key);
    if (size === undefined) return [{ key, sizeBytes, found: 'missing', seen: `${sizeBytes} bytes wanted` }];
    if (size >= sizeBytes) return [];
    return [{ key, sizeBytes, found: 'too short', seen: `${size} of ${sizeBytes} bytes` }];
  });
}
