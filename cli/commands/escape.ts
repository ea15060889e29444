/** `az-escape escape <zone>`: starts an escape (or joins the one of the same incident) and follows it to its report. */
import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { EscapeInput } from '../../model/inputs/escape-input.ts';
import type { Report } from '../../model/report/schema.ts';
import type { Tier } from '../../model/job/tier.ts';
import { followEscape, refusalOfVerdict, requestEscape } from '../../client/client.ts';
import { startFormInput, startFormLink } from '../../client/start-form.ts';
import { hintUnlessAnswered, noWorkerHint } from '../patience.ts';
import { readReport } from '../read-report.ts';
import { coloursFor } from '../render/colour.ts';
import { escapeView } from '../render/escape-view.ts';
import { createProgress } from '../render/progress.ts';
import { reportTable } from '../render/report-table.ts';
import { configOf, withClient } from '../with-config.ts';

interface EscapeOptions {
  cluster?: string;
  incident?: string;
  dryRun?: boolean;
  tiers?: string;
  namespaces?: string;
  selector?: string;
  jobs?: string;
  lostAt?: string;
  budget?: string;
  approval?: boolean;
  wait: boolean;
  json?: string;
  html?: string;
}

const list = (text: string | undefined) => text?.split(',').map((part) => part.trim());

export function addEscapeCommands(program: Command): void {
  program
    .command('escape <zone>')
    .description('restart the jobs of a lost zone in its peer, the most important first')
    .option('--cluster <name>', 'only this cluster of the zone, where it has several')
    .option('-i, --incident <name>', 'name of the incident; the same one twice is one escape')
    .option('--dry-run', 'plan and check every recovery point, change nothing')
    .option('--tiers <list>', 'only these tiers, such as P0,P1')
    .option('--namespaces <list>', 'only jobs of these namespaces')
    .option('-l, --selector <labels>', 'only jobs with these labels, such as team=payments,env!=dev')
    .option('--jobs <list>', 'only these jobs, such as streaming/orders,streaming/clicks')
    .option('--lost-at <time>', 'when the zone was lost (ISO 8601); ages of state count to it')
    .option('--budget <duration>', 'measure against this instead of the configured budget')
    .option('--approval', 'plan, then change nothing before somebody approves')
    .option('--no-wait', 'return once the escape is accepted')
    .option('--json <file>', 'write report.json there')
    .option('--html <file>', 'write the report page there')
    .action(async (zone: string, options: EscapeOptions, command: Command) => {
      const config = await configOf(command);
      await withClient(config, async (client) => {
        const answered = hintUnlessAnswered(noWorkerHint(config.temporal.taskQueue));
        const asked = await requestEscape(client, config, inputOf(zone, options)).finally(answered);
        if (!asked.verdict.accepted) throw refusalOfVerdict(asked.verdict);
        process.stderr.write(`${asked.verdict.sentence}; workflow ${asked.verdict.workflowId}\n`);
        if (!options.wait) return;
        const progress = createProgress(process.stderr);
        const colours = coloursFor(process.stderr);
        const width = process.stderr.columns ?? 100;
        const summary = await followEscape(client, asked, (seen) =>
          progress.update(escapeView(seen, { nowMs: Date.now(), colours, width })),
        );
        progress.done();
        const { report, html } = await readReport(config, options.cluster ?? zone, summary.reportKey);
        if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
        if (options.html) await writeFile(options.html, html);
        const table = {
          colours: coloursFor(process.stdout),
          ...(process.stdout.columns ? { width: process.stdout.columns } : {}),
        };
        process.stdout.write(`${reportTable(report, table).join('\n')}\n`);
        const link = options.dryRun ? startFormLink(config, options.cluster ?? zone, options.incident) : undefined;
        if (link) {
          const input = startFormInput(inputOf(zone, options));
          process.stdout.write(
            `to escape ${options.cluster ?? zone} from Temporal's UI: ${link} with the input ${input}\n`,
          );
        }
        process.exitCode = isAsAsked(report) ? 0 : 1;
      });
    });
}

/** Every field that was not given stays away, so that the workflow's own defaults hold. */
function inputOf(zone: string, options: EscapeOptions): EscapeInput {
  const tiers = list(options.tiers);
  const namespaces = list(options.namespaces);
  const jobs = list(options.jobs);
  return {
    zone,
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    by: userInfo().username,
    via: 'cli',
    ...(options.incident ? { incident: options.incident } : {}),
    ...(options.dryRun ? { dryRun: true } : {}),
    ...(tiers ? { tiers: tiers as Tier[] } : {}),
    ...(namespaces ? { namespaces } : {}),
    ...(options.selector === undefined ? {} : { selector: options.selector }),
    ...(jobs ? { jobs } : {}),
    ...(options.lostAt ? { lostAt: options.lostAt } : {}),
    ...(options.budget ? { budget: options.budget } : {}),
    ...(options.approval ? { approval: true } : {}),
  };
}

/**
 * Exit code 0 means: nothing failed, and every P0 to P2 job in scope runs again. P3 may be left for want of room,
 * and what has no tier was nobody's to start.
 */
function isAsAsked(report: Report): boolean {
  if (report.totals.failed > 0) return false;
  if (report.dryRun) return true;
  return report.jobs.every(
    ({ outcome, tier, code }) =>
      outcome === 'running' || code === 'OutsideScope' || ((tier === 'P3' || tier === null) && code !== 'JobNotFound'),
  );
}
