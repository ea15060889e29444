/**
 * Rounds whose stores slow down in the middle of a file, on real servers behind links that carry all but nothing any
 * more. The probe before the round saw nothing of it.
 */
import { describe, expect, it } from 'vitest';
import { OutsideFailure } from '../../adapters/failure.ts';
import { chooseRecoveryPoint, damageOf, readManifest } from '../../jobs/recovery-points/recovery-points.ts';
import { patience } from '../../adapters/storage/stall-watch.ts';
import { storeKeys } from '../../model/store-keys.ts';
import { realPeerStages, type RealPeerStage } from '../integration/real-peer-store.ts';

/** Larger than a part of an upload, and more of them than are in flight at once. */
const files = 8;
const fileBytes = 6_000_000;

/** So much has passed when the link slows down that one file at least is over whole. */
const wellBytes = 30_000_000;

// The same with less of it: nobody wants to wait that long for a test.
Object.assign(patience, { silenceMs: 20_000, overMs: 20_000, leastBytesPerSecond: 256 << 10 });

/** With the second try of each request, and the attempts to tidy up, which wait as well. */
const boundMs = 100_000;

const slownesses = [
  ['stalls', 0],
  ['trickles', 2_000],
] as const;

describe.concurrent.each(['S3', 'HDFS'] as const)('a round on %s', (kind) => {
  const staged = realPeerStages(kind);

  /** Protected once; then the job has a checkpoint of new files only. */
  async function stageOf(name: string): Promise<RealPeerStage> {
    const stage = await staged(name, { linked: true });
    Object.assign(stage.simulated.checkpoints.shared, { files, leastBytes: fileBytes, mostBytes: fileBytes });
    const first = await stage.protect('first');
    expect(first.outcome, first.sentence).toBe('protected');
    await stage.checkpoint(files);
    return stage;
  }

  /** Sizes of the files of shipped checkpoints that lie in the peer. */
  async function shippedFiles({ store, job }: RealPeerStage): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    for await (const { key, sizeBytes } of store.list(storeKeys.shippedFilesPrefix(job))) found.set(key, sizeBytes);
    return found;
  }

  const sumOf = (sizes: Iterable<number>) => [...sizes].reduce((sum, size) => sum + size, 0);

  /** What an escape would take, whole. */
  async function chosen({ store, job }: RealPeerStage): Promise<string> {
    const { chosen: one } = await chooseRecoveryPoint(store, job, undefined);
    expect(await damageOf(store, one!.manifest)).toBeUndefined();
    return one!.manifest.id;
  }

  it.for([
    ...slownesses.map((how) => ['peer', ...how] as const),
    ...slownesses.map((how) => ['home', ...how] as const),
  ])(
    'whose %s store %s in mid-copy ends in time, loses nothing, and goes on at the next attempt',
    async ([where, how, bytesPerSecond]) => {
      const stage = await stageOf(`slow-${where}-${how}`);
      const before = { files: await shippedFiles(stage), chosen: await chosen(stage) };
      const link = stage.links[where];
      const direction = where === 'peer' ? 'toServer' : 'toClient';
      link.fault = { direction, afterBytes: wellBytes, bytesPerSecond };
      const began = performance.now();
      const failure = await stage.protectSame('slow').then(
        (result) => expect.fail(result.sentence),
        (error: unknown) => error,
      );
      expect(performance.now() - began).toBeLessThan(boundMs);
      expect(link.struck).toBe(true);
      expect(failure).toBeInstanceOf(OutsideFailure);
      const zone = stage[where];
      expect(failure).toMatchObject({ failureClass: 'Unreachable', system: `store ${zone}/s3`, retryable: true });

      link.fault = undefined;
      expect(await chosen(stage)).toBe(before.chosen);
      const kept = await shippedFiles(stage);
      for (const [key, size] of before.files) expect(kept.get(key)).toBe(size);
      const keptBytes = sumOf(kept.values()) - sumOf(before.files.values());
      expect(keptBytes).toBeGreaterThanOrEqual(fileBytes);
      expect(keptBytes % fileBytes, 'only whole files').toBeLessThan(1_000);

      const next = await stage.protectSame('slow');
      expect(next.outcome, next.sentence).toBe('protected');
      expect(await chosen(stage)).toBe(next.recoveryPoint);
      const read = await readManifest(stage.store, storeKeys.recoveryPointKey(stage.job, next.recoveryPoint!));
      if (!read.ok) throw new Error(read.why);
      const isShipped = ({ key }: { key: string }) => key.startsWith(storeKeys.shippedFilesPrefix(stage.job));
      const shipped = read.manifest.files.filter(isShipped);
      expect(shipped).toHaveLength(files);
      const lacking = files * fileBytes - Math.floor(keptBytes / fileBytes) * fileBytes;
      expect(next.copiedBytes! - lacking, 'copied again').toBeLessThan(10_000);
    },
  );

  it('over a slow link to the peer takes its time, however long one file takes', async () => {
    const stage = await staged('slow-link', { linked: true });
    Object.assign(stage.simulated.checkpoints.shared, { files: 1, leastBytes: 24_000_000, mostBytes: 24_000_000 });
    // A part of an upload takes more than ten seconds, and all that while nothing is read at home.
    stage.links.peer.fault = { direction: 'toServer', afterBytes: 2_000, bytesPerSecond: 800_000 };
    const began = performance.now();
    const result = await stage.protect('slow');
    expect(result.outcome, result.sentence).toBe('protected');
    expect(performance.now() - began).toBeGreaterThan(25_000);
  });
});
