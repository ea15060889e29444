/** What tells simulated nodes and their pods from all others. */

/** Label of nodes that kwok plays, and the node selector of pods that shall stand there. */
export const simulatedNode = { 'az-escape.io/simulated-node': 'true' } as const;

/** Keeps every pod that is not simulated off such a node: nothing would ever run it there. */
export const simulatedTaint = { key: 'az-escape.io/simulated-node', value: 'true', effect: 'NoSchedule' } as const;

/**
 * Label of pods of the fleet: uid of the FlinkDeployment that they were made for. Two objects of one name, one in the
 * other's place, have pods at the same time, which `app` alone would not tell apart.
 */
export const madeFor = 'az-escape.io/simulated-for';
