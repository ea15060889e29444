/** Deleting copies beside rounds that name them, with every request a step and every process mortal. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { leavingForMs, stopLeaving, whileDeletingCopies } from '../../../jobs/claims/leaving.ts';
import { sweepStore } from '../../../activities/retain/sweep-store.ts';
import { makerIsDeadAfterMs } from '../../../jobs/claims/making-or-deleting.ts';
import type { Ports } from '../../../adapters/ports.ts';
import { copiesNamedIn } from '../../../model/artifacts/sweep.ts';
import type { Config } from '../../../model/config/types.ts';
import { storeKeys } from '../../../model/store-keys.ts';
import { Actor, Turnstile } from '../retention/turnstile.ts';

const { signal } = new AbortController();
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const digests = ['a', 'b'].map((letter) => letter.repeat(64));
const bytesOf = (text: string) => new TextEncoder().encode(text);

class Stage {
  readonly turnstile = new Turnstile();
  removed = 0;

  constructor() {
    for (const sha256 of digests) this.turnstile.write(storeKeys.artifactKey(sha256, 'a.jar'), bytesOf('jar'));
    this.turnstile.nowMs += 20 * hourMs;
  }

  /** As an earlier look did: so long ago that the next one deletes. */
  markAllLongAgo(): void {
    for (const sha256 of digests) this.turnstile.write(storeKeys.leavingCopyKey(sha256), bytesOf(''));
    this.turnstile.nowMs += 2 * hourMs;
  }

  /** As `protectJob` does it: the copy, then for `forMs` the snapshot, then the manifest; later that one expires. */
  async round(actor: Actor, job: string, sha256: string, forMs: number, expires: boolean): Promise<void> {
    const store = this.turnstile.storeOf(actor);
    const sleep = this.turnstile.sleepOf(actor);
    await stopLeaving(store, sha256, { signal, sleep });
    const key = storeKeys.artifactKey(sha256, 'a.jar');
    if (!(await store.stat(key))) await store.put(key, bytesOf('jar'));
    await sleep(forMs);
    const manifest = storeKeys.recoveryPointKey({ namespace: 'default', name: job }, 'one');
    await store.put(manifest, bytesOf(JSON.stringify({ artifacts: [{ key }] })));
    if (!expires) return;
    await sleep(hourMs);
    await store.delete(manifest);
  }

  async sweeps(actor: Actor, pausesMs: readonly number[]): Promise<void> {
    const sleep = this.turnstile.sleepOf(actor);
    for (const pauseMs of pausesMs) {
      if (pauseMs > 0) await sleep(pauseMs);
      const task = { zone: 'az-b', storeName: 's3', dryRun: false };
      const pulse = { signal, sleep, beat: () => {}, resumed: undefined };
      this.removed += (await sweepStore(this.#world(actor), task, pulse)).removed.length;
    }
  }

  /** The one promise: what an escape could start from has its jar. */
  expectWhole(): void {
    for (const [key, { bytes }] of this.turnstile.objects) {
      if (!key.endsWith('/manifest.json')) continue;
      for (const sha256 of copiesNamedIn(new TextDecoder().decode(bytes))) {
        if (!this.turnstile.objects.has(storeKeys.artifactKey(sha256, 'a.jar'))) throw new Error(`${key} lost its jar`);
      }
    }
  }

  #world(actor: Actor): Ports {
    return {
      config: {
        zones: { 'az-b': { stores: { s3: {} } } },
        retention: { orphanAgeMs: 6 * hourMs },
      } as unknown as Config,
      cluster: () => ({ listDeployments: async () => [] }),
      store: () => this.turnstile.storeOf(actor),
      ...systemClock(),
      now: () => this.turnstile.nowMs,
    } as unknown as Ports;
  }
}

const death = fc.option(fc.record({ at: fc.integer({ min: 1, max: 30 }), effect: fc.boolean() }), { nil: undefined });
const round = fc.record({
  sha256: fc.constantFrom(...digests),
  afterMs: fc.integer({ min: 0, max: 6 * 60 }).map((minutes) => minutes * minuteMs),
  afterRequests: fc.integer({ min: 0, max: 30 }),
  // A round that lasts longer is taken for dead, and repeats what it did.
  forMs: fc.integer({ min: 0, max: makerIsDeadAfterMs / minuteMs - 5 }).map((minutes) => minutes * minuteMs),
  expires: fc.boolean(),
  death,
});
const pause = fc.constantFrom(0, minuteMs, leavingForMs - minuteMs, leavingForMs, leavingForMs + minuteMs, 3 * hourMs);

test('no recovery point loses its jar, whatever order they come in and whoever dies', async () => {
  let removed = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(round, { minLength: 1, maxLength: 5 }),
      fc.array(fc.record({ pauses: fc.array(pause, { minLength: 1, maxLength: 4 }), death }), {
        minLength: 1,
        maxLength: 2,
      }),
      fc.infiniteStream(fc.nat()),
      async (rounds, sweepers, draws) => {
        const stage = new Stage();
        const begun: Promise<unknown>[] = [];
        for (const { pauses, death: dies } of sweepers) begun.push(stage.sweeps(new Actor(dies), pauses));
        for (const [index, one] of rounds.entries()) {
          const actor = new Actor(one.death);
          stage.turnstile.later(one.afterRequests, () => {
            const late = stage.turnstile.sleepOf(actor)(one.afterMs);
            begun.push(late.then(() => stage.round(actor, `job-${index}`, one.sha256, one.forMs, one.expires)));
          });
        }
        await stage.turnstile.drive(
          () => draws.next().value as number,
          () => stage.expectWhole(),
        );
        removed += stage.removed;
      },
    ),
    { numRuns: 200 },
  );
  // Else nothing was tried.
  expect(removed).toBeGreaterThan(20);
}, 120_000);

test('nor does one whose round begins in the very moment in which an old mark is acted on', async () => {
  let removed = 0;
  const beside = fc.record({
    sha256: fc.constantFrom(...digests),
    afterRequests: fc.integer({ min: 0, max: 16 }),
    death,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(beside, { minLength: 1, maxLength: 3 }),
      fc.array(death, { minLength: 1, maxLength: 2 }),
      fc.infiniteStream(fc.nat()),
      async (rounds, sweepers, draws) => {
        const stage = new Stage();
        stage.markAllLongAgo();
        for (const dies of sweepers) void stage.sweeps(new Actor(dies), [0]);
        for (const [index, one] of rounds.entries()) {
          const actor = new Actor(one.death);
          const begin = () => void stage.round(actor, `job-${index}`, one.sha256, 0, false);
          stage.turnstile.later(one.afterRequests, begin);
        }
        await stage.turnstile.drive(
          () => draws.next().value as number,
          () => stage.expectWhole(),
        );
        removed += stage.removed;
      },
    ),
    { numRuns: 300 },
  );
  expect(removed).toBeGreaterThan(20);
}, 120_000);

test('nor does the second of two rounds that share a copy, when the first has just found the mark', async () => {
  let removed = 0;
  for (let afterRequests = 0; afterRequests < 30; afterRequests += 1) {
    const stage = new Stage();
    stage.markAllLongAgo();
    const sweeper = new Actor();
    const roundsFirst = (waiting: readonly Actor[]) =>
      Math.max(
        0,
        waiting.findIndex((one) => one !== sweeper),
      );
    void stage.sweeps(sweeper, [0]);
    for (const [index, job] of ['job-1', 'job-2'].entries()) {
      const begin = () => void stage.round(new Actor(), job, digests[1]!, 0, false);
      stage.turnstile.later(afterRequests + index * 2, begin);
    }
    await stage.turnstile.drive(roundsFirst, () => stage.expectWhole());
    removed += stage.removed;
  }
  expect(removed).toBeGreaterThan(30);
});

test('of several who would delete at the same time one at most is alone', async () => {
  let deleted = 0;
  const many = fc.array(fc.nat({ max: 12 }), { minLength: 2, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(many, fc.infiniteStream(fc.nat()), async (starts, draws) => {
      const turnstile = new Turnstile();
      let alone = 0;
      for (const afterRequests of starts) {
        const store = turnstile.storeOf(new Actor());
        const remove = async (deleting: { alone: boolean }) => {
          if (!deleting.alone) return;
          alone += 1;
          deleted += 1;
          await store.delete('a');
          await store.delete('b');
          alone -= 1;
        };
        turnstile.later(afterRequests, () => void whileDeletingCopies(systemClock(), store, remove, signal));
      }
      await turnstile.drive(
        () => draws.next().value as number,
        () => expect(alone).toBeLessThan(2),
      );
    }),
  );
  expect(deleted).toBeGreaterThan(20);
});
