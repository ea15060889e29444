import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { createS3Clients } from '../../../adapters/storage/s3/s3-client.ts';
import { s3Of } from '../artifacts/stores.ts';

const config = s3Of('az-b');

afterEach(() => vi.useRealTimers());

test('credentials are read once for many requests, and again after a minute', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const read: unknown[] = [];
  const secrets = async (source: unknown) => {
    read.push(source);
    return `value ${read.length}`;
  };
  const clients = createS3Clients(config, secrets, systemClock());
  try {
    const { credentials } = clients.repeating.config;
    for (let request = 0; request < 10; request++) {
      await credentials();
      vi.advanceTimersByTime(1_000);
    }
    expect(read).toEqual([config.accessKeyId, config.secretAccessKey]);
    vi.advanceTimersByTime(61_000);
    expect(await credentials()).toMatchObject({ accessKeyId: 'value 3', secretAccessKey: 'value 4' });
  } finally {
    clients.close();
  }
});
