/** Query of a protection round. */
import { defineQuery } from '@temporalio/workflow';
import type { ProtectResult } from '../../model/results/protect.ts';

export interface ProtectProgress {
  zone: string;
  jobs: number;
  /** Jobs that ended, in the order in which they did; the newest 500 of them. */
  results: ProtectResult[];
}

export const protectProgress = defineQuery<ProtectProgress>('progress');
