/** Runs one seed from its first event to its last, and judges it. */
import { LawBook } from './laws/law-book.ts';
import { judgeEnd, judgeEscape } from './laws/judge-end.ts';
import { watchLaws } from './laws/watch.ts';
import { play, type Played } from './scenario/play.ts';
import { playSequel } from './scenario/sequel.ts';
import { drawScenario, type Scenario } from './scenario/scenario.ts';
import { Stage, type Mutate } from './scenario/stage.ts';
import { loadBundle } from '../../../simulation/temporal/workflow-code.ts';
import { originMs, VirtualTime } from '../../../simulation/time/virtual-time.ts';
import { installVirtualGlobals } from '../../../simulation/time/virtual-globals.ts';

export interface SeedResult {
  seed: number;
  scenario: Scenario;
  /** Sentences about laws that were broken; empty when all held. */
  broken: string[];
  totals: Played['summary']['totals'] | undefined;
  log: string;
  digest: string;
  events: number;
  virtualSeconds: number;
}

/** No run may take longer, in virtual time. */
const deadlineMs = originMs + 3 * 3_600_000;

export interface SeedOptions {
  /** Stands between activities and world: a deliberate fault of the product, which a law must notice. */
  mutate?: Mutate;
  /** Another scenario than the seed's own. */
  scenario?: Scenario;
}

export async function runSeed(seed: number, options: SeedOptions = {}): Promise<SeedResult> {
  await loadBundle();
  const scenario = options.scenario ?? drawScenario(seed);
  const time = new VirtualTime(seed);
  const uninstall = installVirtualGlobals(time, seed);
  const stage = new Stage(scenario, time, options.mutate ?? ((world) => world));
  const laws = new LawBook(stage.log);
  const crash = (error: unknown): void => {
    laws.broke('a run goes on', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  };
  let played: Played | undefined;
  try {
    watchLaws(stage, laws);
    let over = false;
    const whole = async (): Promise<void> => {
      played = await play(stage);
      judgeEnd(stage, played, laws);
      const sequel = await playSequel(stage);
      if (sequel) judgeEscape(stage, sequel, laws);
    };
    whole().then(
      () => {
        over = true;
      },
      (error: unknown) => {
        crash(error);
        over = true;
      },
    );
    await time.run(() => over, deadlineMs).catch(crash);
  } finally {
    uninstall();
    for (const run of stage.server.runs) await run.evict();
  }
  return {
    seed,
    scenario,
    broken: laws.broken,
    totals: played?.summary.totals,
    log: stage.log.text(),
    digest: stage.log.digest(),
    events: time.events,
    virtualSeconds: time.elapsedSeconds,
  };
}
