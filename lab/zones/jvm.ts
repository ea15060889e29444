/** What the lab's JVMs have in common: small and quick to start. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { jdkHome } from '../toolchain/jdk.ts';

/** The java of the lab's JDK. */
export const javaCommand = () => join(jdkHome(), 'bin', 'java');

/** Serial collector and first compiler only: two dozen JVMs share a few cores. */
export const smallJvm = (heapMb: number): string[] => [
  `-Xmx${heapMb}m`,
  '-Xms32m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
];

/**
 * The jars of a folder in a fixed order.
 * @throws when there is none.
 */
export function jarsIn(folder: string): string[] {
  const jars = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.jar')) : [];
  if (jars.length === 0) throw new Error(`${folder} holds no jars: run "az-escape lab up" to get them.`);
  return jars.sort().map((jar) => join(folder, jar));
}
