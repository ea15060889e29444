/** May a pod stand on a node at all, by node selector, taints and cordon? */
import type { NodeCapacity, Placing, Toleration } from './types.ts';

/** `PreferNoSchedule` is a wish only, so it keeps nothing away. */
const barring = new Set(['NoSchedule', 'NoExecute']);

export function mayStandOn(node: NodeCapacity, { nodeSelector, tolerations }: Placing): boolean {
  return (
    node.schedulable &&
    Object.entries(nodeSelector).every(([key, value]) => node.labels[key] === value) &&
    node.taints.every((taint) => !barring.has(taint.effect) || tolerations.some((one) => tolerates(one, taint)))
  );
}

/** The rule of Kubernetes: an empty key with `Exists` tolerates all, an empty effect every effect. */
function tolerates(toleration: Toleration, taint: NodeCapacity['taints'][number]): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}
