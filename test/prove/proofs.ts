/** Every proof: `npm run prove` lists this table. `<name>.test.ts` beside it holds what must hold. */
import { demoToolNames } from '../../lab/toolchain/tools.ts';
import { kwokTool } from '../../lab/fleet/pods/kwok.ts';
import { runTests } from './by-tests.ts';
import type { Proof, Proofs } from './proof.ts';

type ByTests = Omit<Proof, 'run'>;

const byTests: Record<string, ByTests> = {
  'fleet-kills': {
    about: 'whatever dies while a hundred simulated jobs escape, the escape ends as if nothing had',
    minutes: 4,
    tools: ['etcd', 'kube-apiserver', 'operator', 'temporal', 'versitygw'],
  },
  'short-of-room': {
    about: 'in the lab: az-b is all but full, and the most important jobs get what room there is',
    minutes: 5,
    tools: [...demoToolNames, kwokTool],
  },
  'slow-store': {
    about: 'a store that stalls or trickles in mid-copy, on real S3 and HDFS, ends a round in time and loses nothing',
    minutes: 3,
    tools: ['versitygw', 'hadoop'],
  },
  'storage-lost': {
    about: 'in the lab: az-a is lost with all that its stores held, and every job goes on from what lies in az-b',
    minutes: 4,
    tools: demoToolNames,
  },
  'told-apart': {
    about: 'in the lab: damage, a missing image and a lack of room are told apart within a minute each',
    minutes: 4,
    tools: demoToolNames,
  },
};

export const proofs: Proofs = Object.fromEntries(
  Object.entries(byTests).map(([name, proof]): [string, Proof] => [name, { ...proof, run: () => runTests(name) }]),
);
