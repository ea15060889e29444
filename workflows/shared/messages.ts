/** Query of the workflows of upkeep. */
import { defineQuery } from '@temporalio/workflow';

export interface UpkeepProgress {
  zone: string;
  jobs: number;
  done: number;
}

export const upkeepProgress = defineQuery<UpkeepProgress>('progress');
