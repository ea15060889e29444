/** Amounts as Kubernetes and Flink write them. Two languages that share letters: `m` is milli in one, mebi in the other. */

const factors: Record<string, number> = Object.fromEntries([
  ...['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((suffix, index) => [suffix, Number(`1e${3 * index - 9}`)]),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index) => [suffix, 2 ** (10 * (index + 1))]),
]);

/** A Kubernetes quantity such as "500m", "1Gi", "2e3" or 0.5; undefined for anything else and for less than zero. */
export function parseQuantity(written: unknown): number | undefined {
  if (typeof written === 'number') return Number.isFinite(written) && written >= 0 ? written : undefined;
  if (typeof written !== 'string') return undefined;
  const found = /^\+?(\d+\.?\d*|\.\d+)(?:([KMGTPE]i|[numkMGTPE])|[eE]([+-]?\d{1,3}))?$/.exec(written.trim());
  if (!found) return undefined;
  const value = Number(found[1]) * (found[3] === undefined ? factors[found[2] ?? '']! : 10 ** Number(found[3]));
  return Number.isFinite(value) ? value : undefined;
}

/** Cores as whole thousandths, rounded up as the API server does. */
export function parseCpuMillis(written: unknown): number | undefined {
  const cores = parseQuantity(written);
  // 1.1 × 1000 is a hair above 1100 in binary: without the detour it would round up to 1101.
  return cores === undefined ? undefined : Math.ceil(Number((cores * 1000).toFixed(6)));
}

/** Bytes of a Kubernetes quantity, rounded up. */
export function parseBytes(written: unknown): number | undefined {
  const bytes = parseQuantity(written);
  return bytes === undefined ? undefined : Math.ceil(bytes);
}

/** Each power of 1024 by its names. */
const flinkUnits: Record<string, number> = Object.fromEntries(
  [
    ['', 'b', 'bytes'],
    ['k', 'kb', 'kibibytes'],
    ['m', 'mb', 'mebibytes'],
    ['g', 'gb', 'gibibytes'],
    ['t', 'tb', 'tebibytes'],
  ].flatMap((names, power) => names.map((name) => [name, 1024 ** power])),
);

/**
 * Bytes of a memory size as Flink writes it ("1g", "1728m", "2 gb": powers of 1024, in any case), else as a Kubernetes
 * quantity ("2Gi"): the operator reads both, in this order.
 */
export function parseFlinkMemory(written: unknown): number | undefined {
  if (typeof written !== 'string') return parseBytes(written);
  const found = /^(\d+)\s*([a-z]*)$/.exec(written.trim().toLowerCase());
  const factor = found ? flinkUnits[found[2]!] : undefined;
  return factor === undefined ? parseBytes(written) : Number(found![1]) * factor;
}

/** "4 CPU and 8 GiB", "0.5 CPU and 640 MiB". */
export function formatResources(amount: { cpuMillis: number; memoryBytes: number }): string {
  return `${formatCpu(amount.cpuMillis)} and ${formatMemory(amount.memoryBytes)}`;
}

/** "0.25 CPU"; less than nothing, on a node that is overcommitted, is shown as none. */
export function formatCpu(cpuMillis: number): string {
  return `${Math.max(0, Math.floor(cpuMillis / 10) / 100)} CPU`;
}

export function formatMemory(bytes: number): string {
  const free = Math.max(0, bytes);
  return free >= 2 ** 30 ? `${Math.floor((free / 2 ** 30) * 100) / 100} GiB` : `${Math.floor(free / 2 ** 20)} MiB`;
}
