/** Gets the lab's tools onto the machine, with progress: what `lab up`, the demo and the integration tests begin with. */
import { ensurePrerequisites } from '../lab/toolchain/ensure-prerequisites.ts';
import { ensureToolchain, toolchainPlan } from '../lab/toolchain/install.ts';
import { progressPrinter } from '../lab/toolchain/progress-printer.ts';

/** Builds what is missing of `tools`, or of what the demo needs. @throws naming every missing prerequisite together, with the command that installs it */
export async function prepareToolchain(options: { install?: boolean; tools?: readonly string[] }): Promise<void> {
  const building = toolchainPlan(options.tools).lanes.some((lane) => lane.length > 0);
  ensurePrerequisites({ building, install: options.install ?? false });
  if (!building) return;
  const ending = new AbortController();
  const end = () => ending.abort(new Error('Stopped; the next run goes on from here.'));
  process.once('SIGINT', end).once('SIGTERM', end);
  const printer = progressPrinter();
  try {
    await ensureToolchain({
      ...(options.tools ? { tools: options.tools } : {}),
      onProgress: printer.onProgress,
      signal: ending.signal,
    });
  } finally {
    printer.stop();
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}
