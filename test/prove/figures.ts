/** What a test of a proof measured, for the figures of its verdict. */
import type { TestContext } from 'vitest';
import type { Figures } from './proof.ts';

declare module 'vitest' {
  interface TaskMeta {
    figures?: Figures;
  }
}

/** Adds to the figures of this test's proof. */
export function addFigures({ task }: Pick<TestContext, 'task'>, figures: Figures): void {
  task.meta.figures = { ...task.meta.figures, ...figures };
}
