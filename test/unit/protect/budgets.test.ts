import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { stepsOf, takeTurn } from '../../../jobs/snapshot/budgets.ts';
import { copyFiles } from '../../../jobs/snapshot/copy-files.ts';
import type { SnapshotStore } from '../../../adapters/storage/port.ts';
import { ProcessMemory } from '../../../adapters/process-memory.ts';
import { Pace } from '../../../model/protect/pace.ts';
import { Turnstile } from '../../../model/protect/turnstile.ts';
import { twoZones } from '../../simulation/harness/two-zones.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

const never = new AbortController().signal;
const { now, timeout, sleep } = new ManualClock();
const stopped = { now, timeout, sleep };
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the pace of shipments', () => {
  it('lets a step begin when those before it are paid for', () => {
    const pace = new Pace(1_000);
    expect([500, 2_000, 100].map((bytes) => pace.delayMs(bytes, 0))).toEqual([0, 500, 2_500]);
    expect(pace.delayMs(1, 2_600), 'time that passed unused is not saved up').toBe(0);
    expect(pace.delayMs(1, 10_000)).toBe(0);
  });

  it('holds nothing back where there is no limit', () => {
    const { config, home } = twoZones('no-pace');
    const world = { config, ...stopped, memory: new ProcessMemory() };
    expect(stepsOf(world, home, { sleep: async () => {} })).toBeUndefined();
  });

  it('is shared by all shipments out of a zone, and by none of another', async () => {
    const { config, home, peer } = twoZones('pace');
    config.protect.shipBytesPerSecond = 1_000;
    const world = { config, ...stopped, memory: new ProcessMemory() };
    const slept: number[] = [];
    const pulse = { sleep: async (ms: number) => void slept.push(ms) };
    const steps = (zone: string) => stepsOf(world, zone, pulse)!;
    await steps(home).mayPass(3_000);
    await steps(home).mayPass(1_000);
    await steps(peer).mayPass(1_000);
    await steps(home).mayPass(1_000);
    expect(slept).toEqual([3_000, 4_000]);
    expect(steps(home).stepBytes, 'ten steps a second, however many files').toBe(100);
  });

  it('holds within a file, and is asked before the source is opened', async () => {
    const happened: string[] = [];
    const from = {
      description: 'home',
      openRead: async (key: string) => {
        happened.push(`read ${key}`);
        return Readable.from([4, 1, 6].map((size) => Buffer.alloc(size)));
      },
    } as unknown as SnapshotStore;
    const to = {
      async writeStream(_: string, body: AsyncIterable<Uint8Array>) {
        for await (const { length } of body) happened.push(`${length} passed`);
        return 'digest';
      },
    } as unknown as SnapshotStore;
    const steps = { stepBytes: 3, mayPass: async (bytes: number) => void happened.push(`asked for ${bytes}`) };
    await copyFiles({ from, to }, [{ from: 'a', to: 'b', sizeBytes: 11 }], () => {}, never, steps);
    expect(happened.join(', ')).toBe(
      'asked for 3, read a, asked for 3, 4 passed, 1 passed, asked for 3, asked for 2, 6 passed',
    );
  });
});

describe('the turnstile', () => {
  it('lets in a few at a time, the most important of those who wait first', async () => {
    const turnstile = new Turnstile(2);
    const entered: string[] = [];
    const enter = (name: string, rank: number) =>
      turnstile.enter(rank, never).then((turn) => (entered.push(name), turn));
    const [first] = [enter('first', 3), enter('second', 3)];
    const waiting = [enter('P3', 3), enter('P0', 0), enter('P1', 1), enter('P0 too', 0)];
    await settled();
    expect(entered).toEqual(['first', 'second']);
    let turn = await first;
    turn[Symbol.dispose]();
    turn[Symbol.dispose]();
    await settled();
    expect(entered, 'who leaves twice lets in one').toEqual(['first', 'second', 'P0']);
    for (const index of [1, 3, 2]) {
      turn = await waiting[index]!;
      turn[Symbol.dispose]();
    }
    await Promise.all(waiting);
    expect(entered).toEqual(['first', 'second', 'P0', 'P0 too', 'P1', 'P3']);
  });

  it('forgets who gives up waiting', async () => {
    const turnstile = new Turnstile(1);
    const turn = await turnstile.enter(0, never);
    const patience = new AbortController();
    const gaveUp = turnstile.enter(0, patience.signal).catch((error: Error) => error.message);
    const next = turnstile.enter(1, never);
    patience.abort(new Error('no more'));
    expect(await gaveUp).toBe('no more');
    turn[Symbol.dispose]();
    (await next)[Symbol.dispose]();
    await expect(turnstile.enter(0, patience.signal)).rejects.toThrow('no more');
    (await turnstile.enter(0, never))[Symbol.dispose]();
  });

  it('counts savepoints and shipments apart, and each zone for itself', async () => {
    const { config, home, peer } = twoZones('turns');
    Object.assign(config.protect, { savepointsAtOnce: 1, shipmentsAtOnce: 1 });
    const world = { config, memory: new ProcessMemory() };
    const turns = [
      await takeTurn(world, { zone: home, mode: 'savepoint', tier: 'P1' }, never),
      await takeTurn(world, { zone: home, mode: 'ship', tier: 'P1' }, never),
      await takeTurn(world, { zone: peer, mode: 'savepoint', tier: 'P1' }, never),
    ];
    let entered = false;
    const more = takeTurn(world, { zone: home, mode: 'savepoint', tier: 'P0' }, never).then(() => (entered = true));
    await settled();
    expect(entered).toBe(false);
    turns[0]![Symbol.dispose]();
    await more;
  });
});
