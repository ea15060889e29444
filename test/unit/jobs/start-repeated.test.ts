/** A start whose worker dies at any of its requests, and that Temporal repeats. */
import { expect, test } from 'vitest';
import { annotations, labels } from '../../../model/job/marks.ts';
import { repeatedAfterEachKill } from '../../fakes/repeated-after-each-kill.ts';
import {
  claimOf,
  hotStandbyInPeer,
  job,
  standbyInPeer,
  startedFrom,
  startsIn,
  usedStandbyInPeer,
  type Stage,
} from './stage.ts';
import { start } from './verbs.ts';

/** What the escape wanted, whatever happened on the way: it runs, once, from the right path, under the claim. */
function expectStarted(result: unknown, { zones, manifest }: Stage): void {
  expect(result).toMatchObject({ started: { epoch: 2, restorePath: manifest.restorePath } });
  expect(startsIn(zones)).toEqual([manifest.restorePath]);
  expect(claimOf(zones, 2)).toMatchObject({ owner: 'az-a-INC-1' });
  expect(zones.objectIn('az-b', job)).toMatchObject({
    metadata: { labels: { [labels.role]: 'active' }, annotations: { [annotations.escape]: 'az-a-INC-1' } },
    spec: { job: { state: 'running', initialSavepointPath: manifest.restorePath } },
  });
}

test('of a standby that never ran', async () => {
  const requests = await repeatedAfterEachKill(
    standbyInPeer,
    ({ zones, standby }) => start(zones, { unused: standby.metadata.resourceVersion! }),
    expectStarted,
  );
  expect(requests).toBeGreaterThan(4);
});

test('of an object that has run and is replaced', async () => {
  const requests = await repeatedAfterEachKill(usedStandbyInPeer, ({ zones }) => start(zones), expectStarted);
  expect(requests).toBeGreaterThan(6);
});

test('of a hot standby, which runs on', async () => {
  await repeatedAfterEachKill(
    hotStandbyInPeer,
    ({ zones }) => start(zones, { tier: 'P0', kind: 'twin' }),
    (result, { zones }) => {
      expect(result).toMatchObject({ started: { kind: 'twin', restorePath: startedFrom } });
      expect(startsIn(zones)).toEqual([startedFrom]);
      expect(zones.cluster('az-b').configMaps.get('default/orders-role')).toEqual({ role: 'active' });
      expect(zones.objectIn('az-b', job)!.metadata.labels?.[labels.role]).toBe('active');
    },
  );
});
