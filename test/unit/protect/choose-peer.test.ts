import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { annotations } from '../../../model/job/marks.ts';
import { choosePeers, wishedPeer, type PeerSeen, type Stranger } from '../../../model/placement/choose-peer.ts';
import { demand, gibi, node, shape } from '../../builders/room.ts';
import { nodes, pods } from '../capacity/arbitrary-room.ts';

const job = (name: string) => ({ namespace: 'default', name });
const asks = demand([shape(1, 1000, 1)]);
const stranger = (name: string, of = asks): Stranger => ({ job: job(name), demands: [of, of] });
const peer = (zone: string, cores: number, more: Partial<PeerSeen> = {}): PeerSeen => ({
  zone,
  room: { nodes: { nodes: [node('n1', cores * 1000, 64)], pods: [] }, quotas: null },
  standbys: [],
  ...more,
});

describe('the peer of a job', () => {
  test('is the one with the most room, and each job takes some of it', () => {
    const strangers = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => stranger(name));
    const chosen = choosePeers(strangers, [peer('az-b', 5), peer('az-c', 9)]);
    expect([...chosen.values()].toSorted()).toEqual(['az-b', 'az-c', 'az-c', 'az-c', 'az-c', 'az-c']);
  });

  test('counts what standbys there would take, and no placeholder', () => {
    const standbys = Array.from({ length: 6 }, (_, index) => ({ job: job(`s${index}`), demand: asks }));
    const placeholder = { node: 'n1', cpuMillis: 6000, memoryBytes: gibi, priority: -10 };
    const reserved = peer('az-b', 7);
    reserved.room.nodes!.pods = [placeholder];
    expect(choosePeers([stranger('a')], [peer('az-c', 9, { standbys }), reserved]).get('default/a')).toBe('az-b');
  });

  test('is one where it fits as a whole before one with more room in pieces', () => {
    const pieces = peer('az-b', 0);
    pieces.room.nodes!.nodes = Array.from({ length: 20 }, (_, index) => node(`n${index}`, 1000, 64));
    const large = demand([shape(1, 4000, 1)]);
    expect(choosePeers([stranger('a', large)], [pieces, peer('az-c', 5)]).get('default/a')).toBe('az-c');
  });

  test('asks each peer for what the job asks for there', () => {
    const zoned = (zone: string) => demand([shape(1, 1000, 1, { nodeSelector: { zone } })]);
    const labelled = (zone: string, cores: number) => {
      const one = peer(zone, cores);
      one.room.nodes!.nodes = [node('n1', cores * 1000, 64, { labels: { zone } })];
      return one;
    };
    const asked = [{ job: job('a'), demands: [zoned('az-b'), zoned('az-c')] }];
    expect(choosePeers(asked, [labelled('az-b', 2), labelled('az-c', 4)]).get('default/a')).toBe('az-c');
  });

  test('is the first where nothing is known of room or demand', () => {
    const unseen = (zone: string): PeerSeen => ({ zone, room: { nodes: null, quotas: null }, standbys: [] });
    expect(choosePeers([stranger('a')], [unseen('az-b'), unseen('az-c')]).get('default/a')).toBe('az-b');
    const untold = { job: job('a'), demands: [null, null] };
    expect(choosePeers([untold], [peer('az-b', 1), peer('az-c', 9)]).get('default/a')).toBe('az-b');
    expect(choosePeers([stranger('a')], []).size).toBe(0);
  });

  test('is one for each job, the same in any order of jobs, and where the job fits if it fits anywhere', () => {
    const seen = fc.record({ nodes, pods }).map((room) => ({ nodes: room, quotas: null }));
    const demands = fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 8 }))
        .map(([cpu, gib]) => demand([shape(1, cpu, gib)])),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(seen, seen, demands, (b, c, of) => {
        const peers = [
          { zone: 'az-b', room: b, standbys: [] },
          { zone: 'az-c', room: c, standbys: [] },
        ];
        const strangers = of.map((one, index) => stranger(`j${index}`, one));
        const chosen = choosePeers(strangers, peers);
        expect([...chosen.keys()].toSorted()).toEqual(
          strangers.map(({ job: { name } }) => `default/${name}`).toSorted(),
        );
        expect(choosePeers(strangers.toReversed(), peers)).toEqual(chosen);
        const [first] = strangers;
        if (!first) return;
        // Alone it has all the room: where only one zone takes it, that is the one.
        const alone = (zone: (typeof peers)[number]) =>
          choosePeers([first], [zone, peer('az-full', 0)]).get('default/j0') === zone.zone;
        const needs = first.demands[0]!.cpuMillis > 0;
        const [inB, inC] = peers.map(alone);
        if (needs && inB !== inC) expect(choosePeers([first], peers).get('default/j0')).toBe(inB ? 'az-b' : 'az-c');
      }),
    );
  });

  test('may be wished for by the job’s owner', () => {
    const peers = ['az-b', 'az-c'];
    const wish = (name: string) => wishedPeer({ [annotations.peer]: name }, 'az-a', peers);
    expect(wishedPeer({}, 'az-a', peers)).toEqual({});
    expect(wish('az-c')).toEqual({ peer: 'az-c' });
    expect(wish('az-d')).toEqual({ bad: 'az-d' });
    // It has escaped to where it wishes to escape.
    expect(wish('az-a')).toEqual({});
  });
});
