/** Once before all files: the bundle of today's workflows. */
import { buildBundle } from '../runtime/build-bundle.ts';

export async function setup(): Promise<void> {
  await buildBundle();
}
