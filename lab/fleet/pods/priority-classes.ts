/** Priority classes by tier, so that the scheduler serves the more important first and clears room for them. */
import { type Tier, tiers } from '../../../model/job/tier.ts';
import type { PodApi } from './api.ts';

/** Far apart, so that a cluster can put classes of its own between them. */
const value: Record<Tier, number> = { P0: 400_000, P1: 300_000, P2: 200_000, P3: 100_000 };

/** Name of the class of a tier's pods. */
export const priorityClassOf = (tier: Tier): string => `fleet-${tier.toLowerCase()}`;

/** Creates the classes; those that are there stay. @throws with the API server's words when it refuses */
export async function createPriorityClasses(api: PodApi): Promise<void> {
  for (const tier of tiers) {
    const answer = await api.send('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {
      metadata: { name: priorityClassOf(tier) },
      value: value[tier],
      description: `Pods of simulated ${tier} jobs.`,
    });
    if (answer.status >= 300 && answer.status !== 409) {
      throw new Error(`priority class ${priorityClassOf(tier)}: ${answer.status} ${answer.body.slice(0, 200)}`);
    }
  }
}
