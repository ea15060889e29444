/** Programs that a person would use instead, measured: their wall time, and the CPU time of all of them. */
import { spawn } from 'node:child_process';

export interface ShellRun {
  output: string;
  seconds: number;
  cpuSeconds: number;
  /** Of the programs nothing is known. */
  rssMb: null;
}

/** Runs shell commands one after the other. @throws when one of them fails */
export async function shell(commands: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ShellRun> {
  const startedMs = performance.now();
  const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', [...commands, 'times'].join('\n')], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the shell ended with ${code} on:\n${commands.join('\n')}`);
  const seconds = (performance.now() - startedMs) / 1000;
  // The last line of bash's `times` is that of the programs it started.
  const children = output.trimEnd().split('\n').at(-1) ?? '';
  const cpuSeconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
  return { output, seconds, cpuSeconds, rssMb: null };
}
