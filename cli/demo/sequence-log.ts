/**
 * Notes, while the jobs run in their home zone, which sequence number each had counted when. A recovery point's state
 * must hold at least what was noted before it: that is what the checks compare with.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { observeSampleJob } from '../../lab/jobs/observe.ts';
import type { SampleJob } from '../../lab/jobs/sample-jobs.ts';
import { sampleZoneClient } from '../../lab/jobs/zone-client.ts';
import type { LabZoneName } from '../../lab/layout.ts';
import type { Report } from '../../model/report/schema.ts';

const noteEveryMs = 700;

/** Ages of state are told to a tenth of a second. */
const roundingMs = 100;

export class SequenceLog {
  readonly #notes = new Map<string, { atMs: number; sequence: number }[]>();
  readonly #stop = new AbortController();
  readonly #running: Promise<unknown>;

  /** Begins at once; `stop` ends it. */
  constructor(zone: LabZoneName, jobs: readonly SampleJob[]) {
    this.#running = Promise.all(jobs.map((job) => this.#note(zone, job)));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** The highest number noted; -1 before the first. */
  newest(name: string): number {
    return this.#notes.get(name)?.at(-1)?.sequence ?? -1;
  }

  /**
   * What a job of the report had counted at the latest moment before its recovery point's state; undefined when nothing
   * was noted by then, so that no check passes for want of a note.
   */
  countedAt(name: string, report: Report, lostAtMs: number): number | undefined {
    const age = report.jobs.find((job) => job.name === name)?.rpoSeconds;
    if (age === undefined || age === null) return undefined;
    const stateAtMs = lostAtMs - age * 1_000 - roundingMs;
    return this.#notes.get(name)?.findLast(({ atMs }) => atMs <= stateAtMs)?.sequence;
  }

  async #note(zone: LabZoneName, job: SampleJob): Promise<void> {
    const client = sampleZoneClient(zone);
    const notes: { atMs: number; sequence: number }[] = [];
    this.#notes.set(job.name, notes);
    while (!this.#stop.signal.aborted) {
      const url = await client.restUrl(job).catch(() => undefined);
      const seen = url === undefined ? undefined : await observeSampleJob(url, { timeoutMs: 1_500 });
      // The moment after the answer: what was counted then is at least what the answer says.
      if (seen && seen.lastSequence >= 0) notes.push({ atMs: Date.now(), sequence: seen.lastSequence });
      await sleep(noteEveryMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }
}
