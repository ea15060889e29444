import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { withLock } from '../../../lab/lock.ts';

test('the second waits for the first, and says for whom', async () => {
  const address = `\0lab-lock-test-${randomUUID()}`;
  const order: string[] = [];
  const said: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => (begun = resolve));
  const first = withLock(
    address,
    'up',
    () => {},
    async () => {
      begun();
      await held;
      order.push('first');
    },
  );
  await hasBegun;
  const second = withLock(
    address,
    'down',
    (line) => {
      said.push(line);
      release();
    },
    async () => {
      order.push('second');
    },
  );
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(`"lab up" (pid ${process.pid}`);
});

test('work that fails frees the lock', async () => {
  const address = `\0lab-lock-test-${randomUUID()}`;
  await expect(
    withLock(
      address,
      'up',
      () => {},
      () => Promise.reject(new Error('no')),
    ),
  ).rejects.toThrow('no');
  expect(
    await withLock(
      address,
      'up',
      () => {},
      () => Promise.resolve('yes'),
    ),
  ).toBe('yes');
});
