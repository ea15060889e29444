/** Retention beside shipments, with every request a step and every process mortal: no manifest ever misses a file. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { announceMaking } from '../../../jobs/claims/making-or-deleting.ts';
import { retainJob } from '../../../jobs/retention/retain-job.ts';
import type { RetainResult } from '../../../model/results/retain.ts';
import { addToPointIndex, beginPointIndex } from '../../../jobs/recovery-points/point-index.ts';
import { recoveryPointIds } from '../../../jobs/recovery-points/recovery-points.ts';
import { sizesOf } from '../../../adapters/storage/sizes-of.ts';
import type { Ports } from '../../../adapters/ports.ts';
import { manifestSchema, type RecoveryPointManifest } from '../../../model/recovery/manifest.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import {
  bytesOf,
  hourMs,
  job,
  keep,
  manifestOf,
  metadataOf,
  sharedOf,
  snapshotOf,
  startedFrom,
  worldOf,
} from './stage-data.ts';
import { Actor, Turnstile } from './turnstile.ts';

const { signal } = new AbortController();

class Stage {
  readonly turnstile = new Turnstile();
  /** The snapshot from which a twin was started whose JobManager does not answer. */
  twinFrom: string | undefined;

  /** Ships one checkpoint, step by step as `protectJob` does. */
  async ship(actor: Actor, checkpoint: number): Promise<void> {
    const store = this.turnstile.storeOf(actor);
    await using during = new AsyncDisposableStack();
    const sleep = this.turnstile.sleepOf(actor);
    during.use(await announceMaking(systemClock(), store, job, `round ${checkpoint}`, { signal, sleep }));
    await beginPointIndex(store, job, () => recoveryPointIds(store, job), signal);
    const shared = sharedOf(checkpoint);
    const metadata = metadataOf(checkpoint);
    const present = await sizesOf(store, shared);
    for (const key of shared) if (!present.has(key)) await store.put(key, bytesOf('0123456789'));
    await store.put(metadata, bytesOf('metadata'));
    const seen = await sizesOf(store, [...shared, metadata]);
    // As `verifySnapshot`: then the round fails, and no manifest is written.
    if (seen.size < 4) return;
    const manifest = manifestOf(checkpoint);
    await addToPointIndex(store, job, manifest.id, signal);
    await store.put(storeKeys.recoveryPointKey(job, manifest.id), bytesOf(JSON.stringify(manifest)));
  }

  async retain(actor: Actor): Promise<RetainResult> {
    const sleep = this.turnstile.sleepOf(actor);
    return retainJob(
      this.#world(actor),
      { zone: 'az-a', ...job },
      { signal, sleep, beat: () => {}, resumed: undefined },
    );
  }

  manifests(): RecoveryPointManifest[] {
    const keys = [...this.turnstile.objects.keys()].filter((key) => key.endsWith('/manifest.json')).sort();
    const { objects } = this.turnstile;
    return keys.map((key) => manifestSchema.parse(JSON.parse(new TextDecoder().decode(objects.get(key)!.bytes))));
  }

  /** The one promise: what an escape could start from is whole. */
  expectWhole(): void {
    for (const { id, files } of this.manifests()) {
      for (const { key } of files) {
        if (!this.turnstile.objects.has(key)) throw new Error(`${id} is there and misses ${key}`);
      }
    }
  }

  #world(actor: Actor): Ports {
    const marks = this.twinFrom === undefined ? {} : startedFrom(this.twinFrom);
    return worldOf(
      () => this.turnstile.storeOf(actor),
      () => this.turnstile.nowMs,
      { role: 'twin', marks },
    );
  }
}

/** So many checkpoints were shipped, one after the other; from the first of them a twin was started. */
async function stageAfter(shipments: number, twin: boolean): Promise<Stage> {
  const stage = new Stage();
  for (let checkpoint = 0; checkpoint < shipments; checkpoint += 1) {
    const shipped = stage.ship(new Actor(), checkpoint);
    await stage.turnstile.drive(
      () => 0,
      () => stage.expectWhole(),
    );
    await shipped;
  }
  if (twin && shipments > 0) stage.twinFrom = snapshotOf(0);
  return stage;
}

/** All that is left when nobody is at work any more and all leftovers are old. */
async function settle(stage: Stage): Promise<void> {
  const { turnstile } = stage;
  for (let run = 0; run < 2; run += 1) {
    turnstile.nowMs += 7 * hourMs;
    const cleaner = new Actor();
    const done = stage.retain(cleaner);
    await turnstile.drive(
      () => 0,
      () => stage.expectWhole(),
    );
    expect(await done).toMatchObject({ outcome: 'retained', unfinished: false });
  }
}

const late = fc.integer({ min: 0, max: 40 });
const death = fc.option(fc.record({ at: fc.integer({ min: 1, max: 45 }), effect: fc.boolean() }), { nil: undefined });
const plot = fc.record({
  before: fc.integer({ min: 0, max: 5 }),
  // A slow shipment may bring an older checkpoint than the newest, also one whose recovery point is gone already.
  ships: fc.array(fc.record({ death, late, back: fc.integer({ min: -2, max: 5 }) }), { maxLength: 3 }),
  retains: fc.array(fc.record({ death, late }), { minLength: 1, maxLength: 3 }),
  twin: fc.boolean(),
  draws: fc.infiniteStream(fc.nat(999)),
});

describe('retention', () => {
  test('never takes a file of a recovery point that is there, whoever dies when, and leaves no garbage', async () => {
    let [expired, orphaned, killed] = [0, 0, 0];
    const property = fc.asyncProperty(plot, async ({ before, ships, retains, twin, draws }) => {
      const stage = await stageAfter(before, twin);
      const { turnstile } = stage;
      const shippers = ships.map((ship) => ({ ...ship, actor: new Actor(ship.death) }));
      const retainers = retains.map((retain) => ({ ...retain, actor: new Actor(retain.death) }));
      for (const { actor, back, late } of shippers) {
        turnstile.later(late, () => void stage.ship(actor, Math.max(0, before - back)));
      }
      for (const { actor, late } of retainers) turnstile.later(late, () => void stage.retain(actor));
      const actors = [...retainers, ...shippers].map(({ actor }) => actor);
      const newest = () =>
        stage
          .manifests()
          .map(({ id }) => id)
          .slice(-keep);
      let atLeast = newest();
      await turnstile.drive(
        () => draws.next().value,
        () => {
          stage.expectWhole();
          const now = newest();
          expect(now.length).toBeGreaterThanOrEqual(atLeast.length);
          expect((now.at(-1) ?? '') >= (atLeast.at(-1) ?? '')).toBe(true);
          atLeast = now;
        },
      );
      killed += actors.filter(({ dead }) => dead).length;

      const manifestsBefore = stage.manifests().map(({ id }) => id);
      await settle(stage);
      const left = stage.manifests();
      const held = stage.twinFrom === undefined ? [] : manifestsBefore.slice(0, 1);
      expect(left.map(({ id }) => id)).toEqual([...new Set([...held, ...manifestsBefore.slice(-keep)])]);
      const index = storeKeys.pointIndexKey(job);
      const needed = new Set([
        ...(turnstile.objects.has(index) ? [index] : []),
        ...left.flatMap(({ id, files }) => [storeKeys.recoveryPointKey(job, id), ...files.map(({ key }) => key)]),
      ]);
      expect([...turnstile.objects.keys()].sort()).toEqual([...needed].sort());
      expired += turnstile.deleted.filter((key) => key.endsWith('/manifest.json')).length;
      orphaned += turnstile.deleted.filter((key) => key.endsWith('/_metadata')).length;

      const again = stage.retain(new Actor());
      await turnstile.drive(
        () => 0,
        () => stage.expectWhole(),
      );
      expect(await again).toMatchObject({ items: [], files: 0, bytes: 0 });
    });
    await fc.assert(property, { numRuns: 300 });
    // The plots were not idle.
    expect(Math.min(expired, orphaned, killed)).toBeGreaterThan(20);
  });

  test('takes none either while listings leave out what they like', async () => {
    let [expired, hidden] = [0, 0];
    const property = fc.asyncProperty(plot, async ({ before, ships, retains, twin, draws }) => {
      const stage = await stageAfter(before, twin);
      const { turnstile } = stage;
      turnstile.shows = (objects) => {
        const shown = draws.next().value % 3;
        if (shown < 2) hidden += 1;
        return shown === 0 ? [] : objects.slice(0, shown === 1 ? objects.length >> 1 : objects.length);
      };
      for (const { death, back, late } of ships) {
        turnstile.later(late, () => void stage.ship(new Actor(death), Math.max(0, before - back)).catch(() => {}));
      }
      for (const { death, late } of retains) turnstile.later(late, () => void stage.retain(new Actor(death)));
      await turnstile.drive(
        () => draws.next().value,
        () => stage.expectWhole(),
      );
      expired += turnstile.deleted.filter((key) => key.endsWith('/manifest.json')).length;
    });
    await fc.assert(property, { numRuns: 300 });
    expect(Math.min(expired, hidden)).toBeGreaterThan(20);
  });
});
