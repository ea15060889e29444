/** Promoting a P0 job's hot standby, which runs already. */
import { describe, expect, test } from 'vitest';
import { annotations, labels } from '../../../model/job/marks.ts';
import { hotStandbyInPeer, job, startedFrom, startsIn, type Stage } from './stage.ts';
import { start } from './verbs.ts';

const planned = { tier: 'P0', kind: 'twin' } as const;

const roleOf = ({ zones }: Stage) => zones.cluster('az-b').configMaps.get('default/orders-role');

describe('a hot standby', () => {
  test('that is well is told that it is active, and nothing starts anew', async () => {
    const stage = await hotStandbyInPeer();
    expect(await start(stage.zones, planned)).toMatchObject({ started: { kind: 'twin', restorePath: startedFrom } });
    expect(startsIn(stage.zones)).toEqual([startedFrom]);
    expect(roleOf(stage)).toEqual({ role: 'active' });
    expect(stage.zones.objectIn('az-b', job)!.metadata).toMatchObject({
      labels: { [labels.role]: 'active' },
      annotations: { [annotations.promoted]: 'true', [annotations.epoch]: '2' },
    });
  });

  test('is told its role before its object says so, and its pods are renewed last', async () => {
    const { zones } = await hotStandbyInPeer();
    await start(zones, planned);
    expect(zones.wire.to('az-b', 'kubernetes').slice(-3)).toEqual([
      'az-b kubernetes apply configmap default/orders-role',
      'az-b kubernetes patch default/orders',
      'az-b kubernetes poke default/orders',
    ]);
  });

  test.each(['restart-loop', 'never-ready', 'rest-5xx'] as const)(
    'with %s is replaced by a start from the recovery point, told that it is active',
    async (fault) => {
      const stage = await hotStandbyInPeer();
      stage.zones.runIn('az-b', job)!.fault = fault;
      const result = await start(stage.zones, planned);
      expect(result).toMatchObject({ started: { kind: 'standby', restorePath: stage.manifest.restorePath } });
      expect(startsIn(stage.zones)).toEqual([startedFrom, stage.manifest.restorePath]);
      expect(roleOf(stage)).toEqual({ role: 'active' });
    },
  );
});
