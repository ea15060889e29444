/** Builds the workflow bundle that workers load: `dist/workflow-bundle.cjs`. Fails where workflow code reaches for Node. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

export const bundlePath = fileURLToPath(new URL('../dist/workflow-bundle.cjs', import.meta.url));

/** Bundles `workflows/` and returns the size in bytes. The file appears whole or not at all. */
export async function buildBundle(): Promise<number> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    logger: {
      log: () => {},
      trace: () => {},
      debug: () => {},
      info: () => {},
      warn: (message) => console.error(message),
      error: (message) => console.error(message),
    },
  });
  await mkdir(dirname(bundlePath), { recursive: true });
  const fresh = `${bundlePath}.${process.pid}`;
  await writeFile(fresh, code);
  await rename(fresh, bundlePath);
  return code.length;
}

if (import.meta.main) {
  const bytes = await buildBundle();
  console.log(`workflow bundle: ${Math.round(bytes / 1024)} kB`);
}
