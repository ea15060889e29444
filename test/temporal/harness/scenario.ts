/** One test's stage: simulated zones, a worker over them, and a client of a real Temporal. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Client } from '@temporalio/client';
import type { EscapeInput } from '../../../model/inputs/escape-input.ts';
import type { EscapeProgress } from '../../../model/move/progress.ts';
import { reportSchema, type JobReport, type Report } from '../../../model/report/schema.ts';
import { activityPulse } from '../../../activities/shared/pulse.ts';
import type { ReportSummary } from '../../../model/results/escape.ts';
import { followEscape, requestEscape } from '../../../client/client.ts';
import { tellEscape, type OperatorWord } from '../../../client/running-escape.ts';
import { createWorker } from '../../../worker/run-worker.ts';
import { SimulatedStage } from '../../simulation/harness/simulated-stage.ts';
import type { Stage } from '../../simulation/harness/two-zones.ts';

export class Scenario extends SimulatedStage {
  readonly client: Client;
  readonly #env: TestWorkflowEnvironment;

  constructor(env: TestWorkflowEnvironment, name: string, seed?: number, stage?: Stage) {
    super(name, seed, stage);
    this.client = env.client;
    this.#env = env;
  }

  /** Runs `act` beside a worker, and stops that worker. */
  async whileWorking<T>(act: () => Promise<T>): Promise<T> {
    return whileWorking(this.#env, this, act);
  }

  /** Asks for an escape of `home` and waits for its end. */
  async escape(input: Partial<EscapeInput> = {}): Promise<ReportSummary> {
    const asked = await requestEscape(this.client, this.config, { zone: this.home, incident: 'INC-1', ...input });
    if (!asked.verdict.accepted) throw new Error(asked.verdict.sentence);
    return followEscape(this.client, asked, () => {});
  }

  /** What an operator sends to the running escape. */
  async tell(word: OperatorWord, by: string): Promise<EscapeProgress> {
    return tellEscape(this.client, this.config, this.home, { word, by });
  }

  async progress(): Promise<EscapeProgress> {
    return this.client.workflow.getHandle(`escape-active/${this.home}`).query<EscapeProgress>('progress');
  }

  /** Names of the jobs whose start or promotion was sent to the peer, in order, repeats left out. */
  patched(): string[] {
    const patches = this.world.ledger.of(this.peer, 'kubernetes patch');
    return [...new Set(patches.map(({ object }) => object.replace('default/', '')))];
  }

  /** Everything that both zones hold, but plans and reports: to compare before and after. */
  state(): unknown {
    return [this.home, this.peer].map((zone) => {
      const { deployments, configMaps } = this.world.cluster(zone);
      const objects = [...this.world.store(zone).objects.keys()].filter((key) => !key.startsWith('reports/'));
      return structuredClone({ zone, deployments, configMaps, objects, starts: this.world.operator(zone).starts });
    });
  }

  /** The report as it lies in the peer's store, checked against its schema. */
  report(summary: ReportSummary): Report {
    const bytes = this.world.store(this.peer).objects.get(summary.reportKey)?.bytes;
    if (!bytes) throw new Error(`no report at ${summary.reportKey}`);
    return reportSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  }
}

/** Runs `act` beside a worker over the zones of a stage, and stops that worker. */
export async function whileWorking<T>(
  env: TestWorkflowEnvironment,
  { config, world }: SimulatedStage,
  act: () => Promise<T>,
): Promise<T> {
  const worker = await createWorker(env.nativeConnection, 'default', config, world, () =>
    world.clock.quicken(activityPulse()),
  );
  return worker.runUntil(act);
}

/** The line of one job. */
export function lineOf(report: Report, name: string): JobReport {
  const line = report.jobs.find((job) => job.name === name);
  if (!line) throw new Error(`the report has no line for ${name}`);
  return line;
}
