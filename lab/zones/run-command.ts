/** Runs a short command of the system (ip, nft, ctr) and says clearly what failed. */
import { execFile } from 'node:child_process';

/**
 * Runs a command to its end.
 * @returns its standard output.
 * @throws when it cannot be run, fails or takes longer than `timeoutMs`: the command line and its standard error.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { input?: string; timeoutMs?: number } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      { timeout: options.timeoutMs ?? 20_000, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${command} ${args.join(' ')} failed: ${stderr.trim() || error.message}`));
        else resolve(stdout);
      },
    );
    // A child that ends before it has read its input is reported by its exit code, not by the broken pipe.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}
