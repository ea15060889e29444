/**
 * Puts a virtual clock in the place of Node's, for all code of this process: timers, dates, time-outs and random ids.
 * The product's code stays as it is, and what is added to it later is simulated without anybody thinking of it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { originMs, type VirtualTime, type VirtualTimer } from './virtual-time.ts';
import { Random } from './random.ts';

const RealDate = Date;

/** What `setTimeout` and `setInterval` hand out. */
class Timeout {
  timer: VirtualTimer | undefined;
  ref = (): this => this;
  unref = (): this => this;
  hasRef = (): boolean => true;
  [Symbol.dispose](): void {
    clear(this);
  }
}

function clear(timeout: unknown): void {
  if (!(timeout instanceof Timeout)) return;
  if (timeout.timer) timeout.timer.cancelled = true;
  timeout.timer = undefined;
}

/** Installs it; the returned function puts everything back. One at a time in a process. */
export function installVirtualGlobals(time: VirtualTime, seed: number): () => void {
  // Apart: the test runner draws numbers too, between our events.
  const random = new Random(seed, 'global chance');
  const uuids = new Random(seed, 'uuids');
  const undo: (() => void)[] = [];
  const replace = (target: object, name: string, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true });
    undo.push(() => {
      if (before) Object.defineProperty(target, name, before);
      else Reflect.deleteProperty(target, name);
    });
  };

  const setTimeout = (act: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): Timeout => {
    const inContext = AsyncLocalStorage.snapshot();
    const timeout = new Timeout();
    timeout.timer = time.after(ms, () => inContext(act, ...args));
    return timeout;
  };
  const setInterval = (act: (...args: unknown[]) => void, ms = 1, ...args: unknown[]): Timeout => {
    const inContext = AsyncLocalStorage.snapshot();
    const timeout = new Timeout();
    const again = (): void => {
      timeout.timer = time.after(Math.max(1, ms), () => {
        inContext(() => {
          again();
          act(...args);
        });
      });
    };
    again();
    return timeout;
  };
  for (const home of [globalThis, timers]) {
    replace(home, 'setTimeout', setTimeout);
    replace(home, 'setInterval', setInterval);
    replace(home, 'clearTimeout', clear);
    replace(home, 'clearInterval', clear);
  }
  replace(timersPromises, 'setTimeout', (ms: number, value?: unknown, options?: { signal?: AbortSignal }) =>
    delay(time, ms, value, options?.signal),
  );
  replace(performance, 'now', () => time.nowMs - originMs);
  replace(AbortSignal, 'timeout', (ms: number) => {
    const stop = new AbortController();
    const reason = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    time.after(ms, () => stop.abort(reason()));
    return stop.signal;
  });
  replace(globalThis, 'Date', virtualDate(time));
  replace(Math, 'random', () => random.next());
  replace(crypto, 'randomUUID', () => {
    const hex = Array.from({ length: 32 }, () => uuids.between(0, 15).toString(16)).join('');
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  });
  syncBuiltinESMExports();
  return () => {
    for (const back of undo.reverse()) back();
    syncBuiltinESMExports();
  };
}

function delay(time: VirtualTime, ms: number, value: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      timer.cancelled = true;
      reject(new DOMException('The operation was aborted', { name: 'AbortError', cause: signal?.reason }));
    };
    const timer = time.after(ms, () => {
      signal?.removeEventListener('abort', stop);
      resolve(value);
    });
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Dates that are given keep their meaning; the present is the virtual one. */
function virtualDate(time: VirtualTime): DateConstructor {
  return new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [time.nowMs] : args, newTarget),
    apply: () => new RealDate(time.nowMs).toString(),
    get: (target, name) => (name === 'now' ? () => time.nowMs : (Reflect.get(target, name) as unknown)),
  });
}
