/** How far the round of one job is. It travels with the signs of life that its activity gives anyway. */

/** The stages in their order, in words that follow the job's name. */
export const roundStages = {
  waiting: 'waits for its turn',
  artifacts: 'its jars are looked for in the peer zone',
  checkpoint: 'waits for a running checkpoint to end',
  savepoint: 'Flink writes its savepoint',
  copying: 'its checkpoint is copied',
  verifying: 'its files are looked for in the peer zone',
  manifest: 'its manifest is written',
  standby: 'its standby is renewed',
  twin: 'its twin is looked at',
} as const;

export interface StageProgress {
  stage: keyof typeof roundStages;
  /** While files are copied: those that are there, of those that were not there before. */
  files?: Share;
  bytes?: Share;
}

export interface Share {
  done: number;
  total: number;
}

export interface RoundProgress extends StageProgress {
  /** As `namespace/name`. */
  job: string;
}

/** What a sign of life says, if it is one of a round: workers of other versions send others. */
export function roundProgressOf(details: unknown): RoundProgress | undefined {
  const { job, stage, files, bytes } = (details ?? {}) as Record<string, unknown>;
  if (typeof job !== 'string' || typeof stage !== 'string' || !Object.hasOwn(roundStages, stage)) return undefined;
  return {
    job,
    stage: stage as keyof typeof roundStages,
    ...(isShare(files) ? { files } : {}),
    ...(isShare(bytes) ? { bytes } : {}),
  };
}

function isShare(value: unknown): value is Share {
  const { done, total } = (value ?? {}) as Record<string, unknown>;
  return typeof done === 'number' && typeof total === 'number';
}
