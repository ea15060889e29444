/** `az-escape demo`: the main job, for real, on a lab of two zones. */
import type { Command } from 'commander';

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('build a lab of two zones, kill one for real, escape, check every job')
    .option('--json <file>', 'write the report with its checks there')
    .option('--down', 'take the lab of an earlier demo down')
    .action(async (options: { json?: string; down?: boolean }) => {
      if (options.down) {
        const { labDown } = await import('../../lab/commands/down.ts');
        await labDown({ purge: true }, (line) => process.stderr.write(`${line}\n`));
        return;
      }
      const { runDemo } = await import('../demo/run-demo.ts');
      process.exitCode = await runDemo(options);
    });
}
