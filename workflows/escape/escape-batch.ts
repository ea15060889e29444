/**
 * One batch of at most 200 jobs: one activity issues all starts, then one activity a job watches it until it runs.
 * Each job is a line in this workflow's timeline in the UI. Returns counts only: the jobs' results go to the store.
 */
import { condition, getExternalWorkflowHandle, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { SettledMove } from '../../model/move/move.ts';
import type { BatchRef, EscapeLine } from '../../model/results/escape.ts';
import type { SkippedJob } from '../../model/move/operators.ts';
import { tiers } from '../../model/job/tier.ts';
import { saveBatch, startBatch } from './activities.ts';
import { bringUp } from './bring-up.ts';
import { wouldRun } from './would-run.ts';
import { batchNews, type BatchNews } from './messages.ts';

/** Time between two signals to the escape: many batches share its lock, and each costs two workflow tasks. */
const newsInterval = '2s';
const newsIntervalOfMany = '5s';

export interface BatchInput {
  move: SettledMove;
  batch: BatchRef;
  /** Workflow id of the escape that wants the news. */
  escape: string;
  /** Jobs that operators took out before the batch began. */
  skipped?: SkippedJob[];
  /** From its starts to the first look at one; none in a small escape. */
  watchAfterMs?: number;
}

export async function escapeBatch({ move, batch, escape, skipped, watchAfterMs }: BatchInput): Promise<BatchNews> {
  const priority = { priorityKey: 1 + tiers.indexOf(batch.tier) };
  const news: BatchNews = { batch, issued: false, started: 0, running: 0, left: 0, failed: 0 };
  const root = getExternalWorkflowHandle(escape);
  const tell = async () => {
    setCurrentDetails(describe(news, batch));
    // An escape that is gone (terminated by hand) is no reason to leave jobs unwatched.
    await root.signal(batchNews, news).catch(() => undefined);
  };

  const { started, ended } = await startBatch.executeWithOptions(
    { summary: `start ${batch.to - batch.from} ${batch.tier} jobs`, priority },
    skipped ? [move, batch, skipped] : [move, batch],
  );
  const reports: EscapeLine[] = [...ended];
  news.issued = true;
  news.started = started.length;
  for (const job of ended) count(news, job.outcome);
  await tell();
  if (watchAfterMs !== undefined && news.started > 0) await sleep(watchAfterMs);

  const watch = { priority, ofMany: watchAfterMs !== undefined };
  let changed = false;
  const watching = started.map(async (job) => {
    const report = move.effects === 'rehearsed' ? wouldRun(move, job) : await bringUp(move, job, watch);
    reports.push(report);
    news.started -= 1;
    count(news, report.outcome);
    changed = true;
  });
  const all = Promise.all(watching);
  while (news.started > 0) {
    await Promise.race([all, sleep(watch.ofMany ? newsIntervalOfMany : newsInterval)]);
    await condition(() => changed);
    changed = false;
    await tell();
  }
  await saveBatch(move, batch, reports);
  return news;
}

function count(news: BatchNews, outcome: EscapeLine['outcome']): void {
  news[outcome] += 1;
}

function describe(news: BatchNews, batch: BatchRef): string {
  const size = batch.to - batch.from;
  return `**${news.running} of ${size} ${batch.tier} jobs run again**; ${news.started} starting, ${news.failed} failed, ${news.left} left`;
}
