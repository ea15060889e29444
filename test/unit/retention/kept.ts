/** A store with recovery points of one job, and what of it must stay whatever retention is told. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { retainForgotten } from '../../../activities/retain/retain-forgotten.ts';
import { retainJob } from '../../../jobs/retention/retain-job.ts';
import type { RetainResult } from '../../../model/results/retain.ts';
import type { SnapshotStore } from '../../../adapters/storage/port.ts';
import type { RecoveryPointManifest } from '../../../model/recovery/manifest.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import {
  hourMs,
  job,
  keep,
  manifestOf,
  metadataOf,
  naming,
  sharedOf,
  snapshotOf,
  startedFrom,
  worldOf,
} from './stage-data.ts';

export interface Plot {
  /** Numbers of the checkpoints that were shipped, in any order. */
  made: readonly number[];
  /** The standby names the recovery point of the checkpoint at this place in `made`. */
  named: number | undefined;
  /** A twin was started from the snapshot of the one at this place. */
  twinFrom: number | undefined;
  /** A check marked the one at this place. */
  damaged: number | undefined;
  /** An old file lies there that nobody names: as it was left, or written again an hour ago. */
  leftover: 'old' | 'young' | undefined;
}

export const drawnPlot: fc.Arbitrary<Plot> = fc.record({
  made: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }),
  named: fc.option(fc.nat(7), { nil: undefined }),
  twinFrom: fc.option(fc.nat(7), { nil: undefined }),
  damaged: fc.option(fc.nat(7), { nil: undefined }),
  leftover: fc.constantFrom('old', 'young', undefined),
});

/** What a test needs of the server behind the store. */
export interface Server {
  readonly objects: ReadonlyMap<string, { bytes: Uint8Array; modifiedMs: number }>;
  nowMs: number;
  nextLie: () => 'whole';
  onChange: () => void;
  write(key: string, text: string, modifiedMs?: number): void;
  open(): SnapshotStore;
}

const { signal } = new AbortController();
const leftover = `${storeKeys.shippedFilesPrefix(job)}/left/by-a-killed-worker`;

export class Kept {
  readonly #server: Pick<Server, 'objects' | 'nowMs' | 'write' | 'open'>;
  readonly #plot: Plot;
  /** Oldest first. */
  readonly #made: RecoveryPointManifest[];
  #fixed: RecoveryPointManifest[] = [];
  #isYoung = true;

  constructor(plot: Plot, server: Pick<Server, 'objects' | 'nowMs' | 'write' | 'open'>) {
    this.#plot = plot;
    this.#server = server;
    this.#made = plot.made.toSorted((a, b) => a - b).map(manifestOf);
  }

  /** As rounds leave it, a day ago. */
  fill(): void {
    const { nowMs } = this.#server;
    const write = (key: string, text: string) => this.#server.write(key, text, nowMs - 24 * hourMs);
    for (const number of this.#plot.made) {
      for (const key of sharedOf(number)) write(key, '0123456789');
      write(metadataOf(number), 'metadata');
    }
    if (this.#plot.leftover) write(leftover, 'of nobody');
    write(storeKeys.pointIndexKey(job), JSON.stringify({ schema: 1, ids: this.#made.map(({ id }) => id) }));
    for (const manifest of this.#made) write(storeKeys.recoveryPointKey(job, manifest.id), JSON.stringify(manifest));
    const damaged = this.#at(this.#plot.damaged);
    if (damaged) write(storeKeys.damageKey(job, damaged.id), '{}');
    this.#server.write(storeKeys.lastRoundKey(job), '{}', nowMs - hourMs);
    if (this.#plot.leftover === 'young') this.#server.write(leftover, 'of nobody', nowMs - hourMs);
    const held = [this.#at(this.#plot.named), this.#at(this.#plot.twinFrom)].filter((one) => one !== undefined);
    // Down to the last of the newest ones that are whole; fewer than that keep all.
    const lastWhole = this.#made.filter((one) => one !== damaged).at(-keep);
    const newest = lastWhole ? this.#made.slice(this.#made.indexOf(lastWhole)) : this.#made;
    this.#fixed = [...new Set([...held, ...newest])];
  }

  /** After any request: what must stay is there with all its files, and so is whatever still has a manifest. */
  expectKept(): void {
    const { objects } = this.#server;
    for (const { id } of this.#fixed) {
      if (!objects.has(storeKeys.recoveryPointKey(job, id))) throw new Error(`${id}, which must stay, has no manifest`);
    }
    if (this.#plot.leftover === 'young' && !objects.has(leftover) && this.#isYoung) {
      throw new Error(`${leftover} may be part of what is being made`);
    }
    for (const { id, files } of this.#made) {
      if (!objects.has(storeKeys.recoveryPointKey(job, id))) continue;
      const missing = files.find(({ key }) => !objects.has(key));
      if (missing) throw new Error(`${id} is there and misses ${missing.key}`);
    }
  }

  /** With true answers the rest goes, and nothing else. */
  async expectTidied(): Promise<void> {
    const server = this.#server as Server;
    server.nextLie = () => 'whole';
    this.#isYoung = false;
    for (let run = 0; run < 2; run += 1) {
      server.nowMs += 7 * hourMs;
      expect(await this.retain(server.open())).toMatchObject({ outcome: 'retained', unfinished: false });
    }
    const notes = [storeKeys.pointIndexKey(job), storeKeys.lastRoundKey(job)];
    const points = this.#fixed.flatMap(({ id, files }) => [
      storeKeys.recoveryPointKey(job, id),
      ...(id === this.#at(this.#plot.damaged)?.id ? [storeKeys.damageKey(job, id)] : []),
      ...files.map(({ key }) => key),
    ]);
    expect([...server.objects.keys()].sort()).toEqual([...new Set([...notes, ...points])].sort());
  }

  retain(store: SnapshotStore): Promise<RetainResult> {
    const { named, twinFrom } = this.#plot;
    const twin = this.#at(twinFrom);
    const standby = this.#at(named);
    const marks = {
      ...(twin ? startedFrom(snapshotOf(twin.checkpointId)) : {}),
      ...(standby ? naming(standby.id) : {}),
    };
    const world = worldOf(
      () => store,
      () => this.#server.nowMs,
      { role: twin ? 'twin' : 'standby', marks },
    );
    return retainJob(world, { zone: 'az-a', ...job }, pulse);
  }

  /** The same for a job of which no zone has an object. */
  forget(store: SnapshotStore): Promise<RetainResult> {
    const world = worldOf(
      () => store,
      () => this.#server.nowMs,
      undefined,
    );
    return retainForgotten(world, { zone: 'az-a', store: 'main', ...job }, pulse);
  }

  manifestIds(): string[] {
    return this.#idsWith(storeKeys.recoveryPointKey);
  }

  tombstoneIds(): string[] {
    return this.#idsWith(storeKeys.tombstoneKey);
  }

  #idsWith(keyOf: (of: typeof job, id: string) => string): string[] {
    return this.#made.map(({ id }) => id).filter((id) => this.#server.objects.has(keyOf(job, id)));
  }

  #at(place: number | undefined): RecoveryPointManifest | undefined {
    return place === undefined ? undefined : this.#made[place % this.#made.length];
  }
}

const pulse = { signal, sleep: async () => {}, beat: () => {}, resumed: undefined };
