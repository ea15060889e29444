/**
 * How often the jobs that a worker watches are looked at. One job is looked at more than once a second; thousands
 * share what a worker and the peer's API server can bear beside the starts of others.
 */
import type { Tier } from '../../model/job/tier.ts';

/** Looks of one worker a second, at most, at jobs that are not up yet. */
const looksPerSecond = 200;

/** The same at jobs that do not come up: after a minute they wait for room or for pods, which no look hastens. */
const looksPerSecondAtLate = 40;
const lateMs = 60_000;

/** The same while it starts others: a start that is late costs a job more than a look that is. */
const looksPerSecondBesideStarts = 50;

/** Between two looks at a job while few are watched, and always at one of P0. */
const shortestPauseMs = 700;

/** However many are watched: what runs shall be known within half a minute. */
const longestPauseMs = 20_000;

/** While few are watched, a job that is not up is diagnosed so often; a diagnosis is half a dozen requests. */
const diagnoseEveryMs = 15_000;

/** From so many watched jobs on, those that merely take their time are most, and the first diagnosis waits for them. */
const manyJobs = 100;
const diagnoseEveryMsOfMany = 30_000;

/** Diagnoses at once, so that a zone in which nothing comes up is not asked to death. */
const diagnosesAtOnce = 16;

/** A diagnosis that takes longer was hard on the API server, or found it busy. */
const easyDiagnosisMs = 250;

/**
 * Of the time, what such diagnoses may take: jobs wait for pods, and the API server that is asked places them. The last
 * few jobs of an escape are the ones that wait longest.
 */
const shareOfHardDiagnoses = 0.5;
const shareOfHardDiagnosesOfMany = 0.1;

export class LookPace {
  #watched = 0;
  #starting = 0;
  #diagnosing = 0;
  /** Of the last diagnosis; until one is known it is not taken for easy. */
  #tookMs = Infinity;
  #nextMs = -Infinity;

  /** Counts a job as watched while `watch` runs. */
  async watching<T>(watch: () => Promise<T>): Promise<T> {
    this.#watched += 1;
    try {
      return await watch();
    } finally {
      this.#watched -= 1;
    }
  }

  /** Has looks step back while `start` runs. */
  async starting<T>(start: () => Promise<T>): Promise<T> {
    this.#starting += 1;
    try {
      return await start();
    } finally {
      this.#starting -= 1;
    }
  }

  /** Between two looks at a job that is not up `sinceStartMs` after its start. */
  pauseMs(tier: Tier, sinceStartMs: number): number {
    if (tier === 'P0') return shortestPauseMs;
    const alone = sinceStartMs > lateMs ? looksPerSecondAtLate : looksPerSecond;
    const rate = this.#starting > 0 ? looksPerSecondBesideStarts : alone;
    return Math.min(longestPauseMs, Math.max(shortestPauseMs, (this.#watched * 1_000) / rate));
  }

  /** Between two diagnoses of such a job. */
  get diagnoseEveryMs(): number {
    return this.#watched > manyJobs ? diagnoseEveryMsOfMany : diagnoseEveryMs;
  }

  /**
   * Diagnoses, unless many are at it: then undefined, and the next look tries again. While diagnoses are hard, one goes
   * at a time and then there is a pause; but `last`, the one that ends the watching, goes.
   */
  async diagnosing<T>(
    diagnose: () => Promise<T>,
    { now, last }: { now: () => number; last: boolean },
  ): Promise<T | undefined> {
    if (this.#diagnosing >= diagnosesAtOnce) return undefined;
    const sparing = this.#tookMs > easyDiagnosisMs && !last;
    const beganMs = now();
    if (sparing && (this.#diagnosing > 0 || beganMs < this.#nextMs)) return undefined;
    this.#diagnosing += 1;
    try {
      return await diagnose();
    } finally {
      this.#diagnosing -= 1;
      this.#tookMs = now() - beganMs;
      const share = this.#watched > manyJobs ? shareOfHardDiagnosesOfMany : shareOfHardDiagnoses;
      this.#nextMs = beganMs + this.#tookMs / share;
    }
  }
}
