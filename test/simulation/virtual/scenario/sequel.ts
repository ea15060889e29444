/** What follows an escape: a second one of the same zone, or one back from the zone that took the jobs. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportSummary } from '../../../../model/results/escape.ts';
import { jobKey } from '../../../../model/job/job.ts';
import { labels } from '../../../../model/job/marks.ts';
import { reportSchema } from '../../../../model/report/schema.ts';
import { requestEscape } from '../../../../client/client.ts';
import { protectOnce, settle, type Escaped } from './play.ts';
import type { Stage } from './stage.ts';

/** Undefined where there is none, or nothing to escape. */
export async function playSequel(stage: Stage): Promise<Escaped | undefined> {
  const { scenario, home, peer, world, log } = stage;
  if (scenario.sequel === 'again') return escapeOnce(stage, { from: home, to: peer, name: 'INC-3' });
  if (scenario.sequel !== 'back' || scenario.loss.returnsAfterMs === undefined) return undefined;
  const moved = scenario.jobs.map(jobKey).filter((job) => {
    const there = world.cluster(peer).deployments.get(job);
    return there?.metadata.labels?.[labels.role] === 'active' && world.operator(peer).runs.has(job);
  });
  await sleep(60_000);
  const protectedJobs = await protectOnce(stage, peer);
  log.add('fault', `${peer} is lost too`);
  world.zone(peer).silenceMs = 3_000;
  world.zone(peer).dead = true;
  const escaped = await escapeOnce(stage, { from: peer, to: home, name: 'INC-4' });
  return escaped && { ...escaped, whole: moved.filter((job) => protectedJobs.has(job)) };
}

async function escapeOnce(
  stage: Stage,
  { from, to, name }: { from: string; to: string; name: string },
): Promise<Escaped | undefined> {
  const { client, config, world, log } = stage;
  try {
    const asked = await requestEscape(client, config, { zone: from, incident: name });
    const summary = (await client.workflow.getHandle(asked.workflowId).result()) as ReportSummary;
    log.add('run', `${name} ended: ${JSON.stringify(summary.totals)}`);
    await settle(stage, from);
    const bytes = world.store(to).objects.get(summary.reportKey)?.bytes;
    const report = reportSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return { from, to, summary, report, whole: [] };
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    log.add('run', `${name} ended badly: ${why}`);
    return undefined;
  }
}
