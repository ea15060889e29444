/** How a job's recovery points are made: chosen by its owner, by its tier, or by what its own settings allow. */
import { annotations } from './marks.ts';
import type { FlinkDeployment } from './flink-deployment.ts';

const protectModes = ['savepoint', 'ship'] as const;
export type ProtectMode = (typeof protectModes)[number];

/** `auto`: ship where a checkpoint can be copied and is incremental, else savepoint. */
export const modePolicies = ['auto', ...protectModes] as const;
export type ModePolicy = (typeof modePolicies)[number];

export type ModeChoice =
  | { mode: ProtectMode; why: string }
  /** What the annotation says is no mode. */
  | { bad: string };

/** The annotation before the tier's policy; both may say `auto`. */
export function chooseMode(active: FlinkDeployment, policy: ModePolicy): ModeChoice {
  const written = active.metadata.annotations?.[annotations.mode];
  const asked = modePolicies.find((mode) => mode === (written ?? policy));
  if (asked === undefined) return { bad: written! };
  if (asked !== 'auto') return { mode: asked, why: written === undefined ? 'by its tier' : 'by its annotation' };
  const missing = missingForShip(active.spec.flinkConfiguration ?? {});
  return missing === undefined
    ? { mode: 'ship', why: 'RocksDB with incremental, retained checkpoints' }
    : { mode: 'savepoint', why: `for mode ship it lacks ${missing}` };
}

/**
 * Which setting keeps checkpoints from being shipped incrementally; undefined when nothing does. Only the spec counts:
 * defaults of the operator are not seen, and a savepoint is never wrong. Names: Flink 1.20 first, then those before.
 */
function missingForShip(settings: Record<string, string>): string | undefined {
  const either = (...names: string[]) => names.map((name) => settings[name]).find((value) => value !== undefined);
  if (!/^(rocksdb|.*RocksDB.*)$/.test(either('state.backend.type', 'state.backend') ?? '')) {
    return 'state.backend.type rocksdb';
  }
  if (either('execution.checkpointing.incremental', 'state.backend.incremental') !== 'true') {
    return 'execution.checkpointing.incremental true';
  }
  if (either('execution.checkpointing.dir', 'state.checkpoints.dir') === undefined)
    return 'execution.checkpointing.dir';
  const retention = settings['execution.checkpointing.externalized-checkpoint-retention'];
  if (retention !== 'RETAIN_ON_CANCELLATION') {
    return 'execution.checkpointing.externalized-checkpoint-retention RETAIN_ON_CANCELLATION';
  }
  if (either('execution.state-recovery.claim-mode', 'execution.savepoint-restore-mode') === 'CLAIM') {
    return 'execution.state-recovery.claim-mode NO_CLAIM';
  }
  return undefined;
}
