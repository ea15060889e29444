/** Once before all files: the bundle of today's workflows. */
import { buildBundle } from '../../../worker/build-bundle.ts';

export async function setup(): Promise<void> {
  await buildBundle();
}
