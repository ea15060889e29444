/** For which activity of which workflow code runs just now: whoever looks at a request sees by whom it was made. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Work {
  activity: string;
  workflowId: string;
}

export const currentWork = new AsyncLocalStorage<Work>();
