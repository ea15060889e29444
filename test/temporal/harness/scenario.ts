/** One test's stage: a world of two zones, a worker over it, and a client. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Client } from '@temporalio/client';
import type { Config } from '../../../model/config/types.ts';
import type { EscapeInput } from '../../../model/inputs/escape-input.ts';
import type { EscapeProgress } from '../../../model/move/progress.ts';
import { reportSchema, type JobReport, type Report } from '../../../model/report/schema.ts';
import { activityPulse } from '../../../activities/shared/pulse.ts';
import type { ReportSummary } from '../../../model/results/escape.ts';
import { followEscape, requestEscape } from '../../../client/client.ts';
import { tellEscape, type OperatorWord } from '../../../client/running-escape.ts';
import { createWorker } from '../../../worker/run-worker.ts';
import { SimulatedWorld } from '../../../simulation/world/simulated-world.ts';
import { deploy, protectAll, type FleetJob } from '../../simulation/harness/fleet.ts';
import { twoZones, type Stage } from '../../simulation/harness/two-zones.ts';

/** Another one, to see more worlds: SIMULATION_SEED=7. */
const defaultSeed = Number(process.env['SIMULATION_SEED'] ?? 1);

/** Half a minute of a start passes in less than a second. */
const speed = 40;

export class Scenario {
  readonly world: SimulatedWorld;
  readonly config: Config;
  readonly client: Client;
  /** The zone that will be lost, and the one that takes its jobs. */
  readonly home: string;
  readonly peer: string;
  readonly #env: TestWorkflowEnvironment;

  constructor(env: TestWorkflowEnvironment, name: string, seed = defaultSeed, stage: Stage = twoZones(name)) {
    const { config, home, peer } = stage;
    this.world = new SimulatedWorld(config, { seed, speed });
    this.config = config;
    this.client = env.client;
    this.home = home;
    this.peer = peer;
    this.#env = env;
  }

  /** Deploys and protects the fleet, then forgets the requests that it took. */
  async withProtected(fleet: FleetJob[]): Promise<this> {
    await deploy(this.world, this.home, fleet);
    await protectAll(this.world, this.home, fleet, 'first round');
    this.world.ledger.clear();
    return this;
  }

  /** Runs `act` beside a worker, and stops that worker. */
  async whileWorking<T>(act: () => Promise<T>): Promise<T> {
    const worker = await createWorker(this.#env.nativeConnection, 'default', this.config, this.world, () =>
      this.world.clock.quicken(activityPulse()),
    );
    return worker.runUntil(act);
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

/** The line of one job. */
export function lineOf(report: Report, name: string): JobReport {
  const line = report.jobs.find((job) => job.name === name);
  if (!line) throw new Error(`the report has no line for ${name}`);
  return line;
}
