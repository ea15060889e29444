/** The demo's story: build, start, protect, lose a zone, escape, check. Every step is the real one. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { labDown } from '../../lab/commands/down.ts';
import { labKill } from '../../lab/commands/kill.ts';
import { labUp } from '../../lab/commands/up.ts';
import { deploySampleJobs } from '../../lab/jobs/deploy.ts';
import { describeSampleJobProgress } from '../../lab/jobs/progress.ts';
import { sampleJobs } from '../../lab/jobs/sample-jobs.ts';
import { labHome } from '../../lab/layout.ts';
import { writeLabConfig } from '../../lab/product-config.ts';
import { temporalUi } from '../../lab/temporal.ts';
import { buildBundle } from '../../runtime/build-bundle.ts';
import { followEscape, protectZone, requestEscape } from '../../client/client.ts';
import { loadConfig } from '../../runtime/config/load.ts';
import { prepareToolchain } from '../prepare-lab.ts';
import { readReport } from '../read-report.ts';
import { coloursFor, plainColours } from '../render/colour.ts';
import { escapeView } from '../render/escape-view.ts';
import { createProgress } from '../render/progress.ts';
import { reportTable } from '../render/report-table.ts';
import { protectTable } from '../render/round-table.ts';
import { renderTable } from '../render/table.ts';
import { withClient } from '../with-config.ts';
import { checkJob, type JobCheck } from './checks.ts';
import { SequenceLog } from './sequence-log.ts';
import { Stages } from './stages.ts';
import { waitForState } from './wait-for-state.ts';
import { startWorker } from './worker-process.ts';

const [home, peer] = ['az-a', 'az-b'] as const;

/** Runs the demo. @returns 0 only if every P0 to P2 job runs again with the state that it should have */
export async function runDemo(options: { json?: string }): Promise<number> {
  const progress = createProgress(process.stderr);
  const colours = coloursFor(process.stderr);
  const stages = new Stages(8, progress, colours);

  await stages.run('tools: build what the cache lacks', async () => {
    progress.update([]);
    await prepareToolchain({ install: true });
  });
  await stages.run('lab: two zones and Temporal, from nothing', async (show) => {
    const lines = lastLines(show);
    await labDown({ purge: true }, lines);
    await labUp(lines);
    await buildBundle();
  });
  const configFile = await writeLabConfig();
  const config = await loadConfig(configFile);
  const worker = await startWorker(configFile, join(labHome, 'logs', 'worker.log'));
  try {
    return await withClient(config, async (client) => {
      const log = new SequenceLog(home, sampleJobs);
      await stages.run(`jobs: ${sampleJobs.length} Flink jobs in ${home}, one of each tier`, async (show) => {
        const said = new Map<string, string>();
        await deploySampleJobs(home, {
          onProgress: (job, seen) => {
            said.set(job.name, describeSampleJobProgress(seen));
            show([...said].map(([name, words]) => `${name} ${words}`));
          },
        });
        show(['they run; waiting until each has state of its own']);
        await waitForState(home, sampleJobs, log);
      });
      await stages.run(`protect: recovery points of ${home}'s jobs in ${peer}`, async (show) => {
        const done = await protectZone(client, config, { zone: home }, (seen) =>
          show(protectTable(seen, plainColours)),
        );
        for (const line of protectTable(done.progress, colours)) stages.say(line);
        if (done.summary.failed + done.summary.refused > 0) {
          throw new Error(
            `protection is not complete: ${done.summary.problems.map(({ sentence }) => sentence).join('; ')}`,
          );
        }
      });
      await stages.run(`loss: ${home} loses power (SIGKILL of all that lives there)`, async (show) => {
        await log.stop();
        await labKill({ zone: home }, lastLines(show));
      });
      const lostAt = new Date().toISOString();
      const { report, html } = await stages.run(`escape: ${home} → ${peer}`, async (show) => {
        const asked = await requestEscape(client, config, {
          zone: home,
          incident: `demo-${lostAt}`,
          by: 'demo',
          via: 'cli',
          lostAt,
        });
        if (!asked.verdict.accepted) throw new Error(asked.verdict.sentence);
        const width = process.stderr.columns ?? 100;
        const summary = await followEscape(client, asked, (seen) =>
          show(escapeView(seen, { nowMs: Date.now(), colours, width })),
        );
        return readReport(config, home, summary.reportKey);
      });
      const countedBy = (name: string) => log.countedAt(name, report, Date.parse(lostAt));
      const checks = await stages.run('check: each job asked for its counts', async () => {
        const all: JobCheck[] = [];
        for (const job of sampleJobs) all.push(await checkJob(peer, job, countedBy(job.name), report));
        return all;
      });
      return await stages.run('report', async () => {
        progress.done();
        const folder = join(labHome, 'reports');
        await mkdir(folder, { recursive: true });
        const [jsonFile, htmlFile] = [join(folder, 'report.json'), join(folder, 'report.html')];
        const json = `${JSON.stringify({ ...report, checks }, null, 2)}\n`;
        await writeFile(jsonFile, json);
        await writeFile(htmlFile, html);
        if (options.json) await writeFile(options.json, json);
        const out = coloursFor(process.stdout);
        const width = process.stdout.columns ? { width: process.stdout.columns } : {};
        const lines = [
          '',
          ...reportTable(report, { colours: out, ...width }),
          '',
          ...renderTable(
            [
              { head: 'job' },
              { head: 'restored from number', align: 'right' },
              { head: 'counted by then', align: 'right' },
              { head: 'violations', align: 'right' },
              { head: '' },
            ],
            checks.map((check, index) => [
              check.job,
              String(check.restoredSequence ?? '-'),
              String(countedBy(sampleJobs[index]!.name) ?? '-'),
              String(check.violations ?? '-'),
              check.ok ? { text: 'ok', paint: out.green } : { text: check.why, paint: out.red },
            ]),
          ),
          '',
          `report       ${htmlFile}`,
          `as JSON      ${jsonFile}`,
          `Temporal UI  ${temporalUi}`,
          `whole demo   ${stages.elapsed()}; the lab stays up: \`npm run demo -- --down\` removes it`,
        ];
        process.stdout.write(`${lines.join('\n')}\n`);
        const needed = sampleJobs
          .filter(({ tier }) => tier !== 'P3')
          .map(({ namespace, name }) => `${namespace}/${name}`);
        return checks.every(({ job, ok }) => ok || !needed.includes(job)) ? 0 : 1;
      });
    });
  } finally {
    progress.done();
    await worker.stop();
  }
}

/** Shows the last few lines of something talkative. */
function lastLines(show: (lines: readonly string[]) => void): (line: string) => void {
  const lines: string[] = [];
  return (line) => {
    lines.push(line);
    show(lines.slice(-6));
  };
}
