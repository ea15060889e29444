import { describe, expect, test } from 'vitest';
import {
  clustersNamed,
  escapableNames,
  lostClusters,
  peersOfClusters,
  zoneOfCluster,
} from '../../../model/config/zone-clusters.ts';
import { ConfigError, parseConfigText } from '../../../runtime/config/load.ts';

const minimal = `
zones:
  az-a:
    peer: az-b
    kubernetes: { kubeconfig: /etc/a.yaml }
    stores:
      s3: &store
        type: s3
        endpoint: http://s3.example.com
        bucket: snapshots
        accessKeyId: { env: KEY }
        secretAccessKey: { file: /run/secret }
  az-b:
    peer: az-a
    kubernetes: { kubeconfig: /etc/b.yaml }
    stores:
      s3: *store
`;

/** The problems of a wrong text, one line each. */
function problemsOf(text: string): string[] {
  try {
    parseConfigText('az-escape.yaml', text);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('a configuration', () => {
  test('needs two zones and little else: the rest has defaults', () => {
    const config = parseConfigText('az-escape.yaml', minimal);
    expect(config.temporal).toEqual({ address: undefined, namespace: undefined, taskQueue: 'az-escape' });
    expect(config.zones['az-a']).toMatchObject({
      name: 'az-a',
      peer: 'az-b',
      kubernetes: { namespaces: ['default'], requestTimeoutMs: 10_000, autoscaled: false },
      flinkRest: { via: 'service-proxy' },
      overlay: {},
      stores: { s3: { region: 'us-east-1', prefix: 'az-escape', forcePathStyle: false } },
    });
    expect(config.tiers.P0).toEqual({
      intervalMs: 60_000,
      mode: 'auto',
      startDeadlineMs: 300_000,
      keep: 3,
      keepForMs: 0,
      savepointTimeoutMs: 120_000,
    });
    expect(config.tiers.P3.intervalMs).toBe(3_600_000);
    expect(config.escape).toEqual({
      budgetMs: 600_000,
      batchSize: 100,
      fenceDeadlineMs: 20_000,
      fenceRetryMs: 15_000,
      roomDeadlineMs: 10_000,
      preemptSavepointMs: 30_000,
      preemptDeadlineMs: 60_000,
      startsPerSecond: 20,
      timeToRunMs: 60_000,
      approval: 'none',
      approvalTimeoutMs: 900_000,
      probeDeadlineMs: 5_000,
    });
    expect(config.recheck).toEqual({ intervalMs: 3_600_000, sampleBytes: 64e6, bytesPerSecond: 20e6 });
    expect(config.retention).toEqual({
      intervalMs: 86_400_000,
      deletedJobsAfterMs: 604_800_000,
      orphanAgeMs: 21_600_000,
    });
  });

  test('takes no limit of bandwidth under which connections would fall silent', () => {
    const limited = (rate: number) => problemsOf(`${minimal}protect: { shipBytesPerSecond: ${rate} }\n`);
    expect([0, 1_000_000].map(limited)).toEqual([[], []]);
    expect(limited(999_999).join()).toContain('must be 0 or at least 1000000');
    expect(limited(-1)).toHaveLength(1);
  });

  test('is told five mistakes at once, each with its line', () => {
    const wrong = minimal
      .replace('    peer: az-b\n', '    peer: az-c\n')
      .replace('type: s3', 'type: s3\n        buckets: typo')
      .replace('{ env: KEY }', 'AKIA1234')
      .concat('escape:\n  budget: 10\ntiers:\n  P1: { interval: 5 minutes }\n');
    const problems = problemsOf(wrong);
    const lineOf = (text: string) => wrong.split('\n').findIndex((line) => line.includes(text)) + 1;
    const expected: [string, string][] = [
      ['az-c', 'zones.az-a.peer names "az-c", which is no zone of this file (az-a, az-b)'],
      ['buckets', 'zones.az-a.stores.s3.buckets is not a setting; see docs/settings.md'],
      ['AKIA', 'zones.az-a.stores.s3.accessKeyId a secret is given by reference'],
      ['budget', 'escape.budget must be of type string'],
      ['5 minutes', 'tiers.P1.interval "5 minutes" is not a duration'],
    ];
    for (const [mark, sentence] of expected) {
      const found = problems.find((problem) => problem.includes(sentence));
      expect(found, `${sentence} among\n${problems.join('\n')}`).toBeDefined();
      expect(found).toMatch(new RegExp(`^line ${lineOf(mark)}: `));
    }
    // A secret that stands where its source belongs is not repeated on the screen.
    expect(problems.join('\n')).not.toContain('AKIA1234');
  });

  test.each([
    ['one zone', 'zones: { az-a: { peer: az-a, kubernetes: { kubeconfig: x }, stores: {} } }', 'needs at least two'],
    ['its own peer', minimal.replace('peer: az-b', 'peer: az-a'), 'cannot be its own peer'],
    ['other store names', minimal.replace('s3: *store', 'minio: *store'), 'peers name their stores alike'],
    ['a duration out of range', `${minimal}escape: { budget: 1s }`, 'is outside 1m to 2h'],
    ['a batch too large', `${minimal}escape: { batchSize: 201 }`, 'escape.batchSize'],
    ['nothing', '', 'zones'],
    ['no YAML', 'zones: [', 'line 1'],
    ['a list', '- zones', 'the file'],
  ])('with %s is refused', (_what, text, sentence) => {
    expect(problemsOf(text).join('\n')).toContain(sentence);
  });
});

describe('several peers', () => {
  const third = minimal.replace(
    '  az-b:\n',
    '  az-c:\n    peers: [az-a, az-b]\n    kubernetes: { kubeconfig: /etc/c.yaml }\n    stores: { s3: *store }\n  az-b:\n',
  );
  const several = (peers: string) => third.replace('    peer: az-b\n', `    peers: ${peers}\n`);

  test('are named in the order in which one of them is preferred; one alone is the same as `peer`', () => {
    const zones = parseConfigText('az-escape.yaml', several('[az-c, az-b]')).zones;
    expect(zones['az-a']).toMatchObject({ peer: 'az-c', peers: ['az-c', 'az-b'] });
    expect(zones['az-b']!.peers).toBeUndefined();
    expect(parseConfigText('az-escape.yaml', several('[az-b]')).zones['az-a']).toEqual(
      parseConfigText('az-escape.yaml', third).zones['az-a'],
    );
  });

  test.each([
    ['neither', several('[az-b]').replace('    peers: [az-b]\n', ''), 'zones.az-a.peer is missing'],
    [
      'both',
      several('[az-b]').replace('    peers: [az-b]\n', '    peers: [az-b]\n    peer: az-c\n'),
      'name them all by `peers`',
    ],
    ['itself', several('[az-b, az-a]'), 'zones.az-a.peers.1 is the zone itself'],
    ['one twice', several('[az-b, az-b]'), 'zones.az-a.peers.1 names "az-b" a second time'],
    ['an unknown one', several('[az-b, az-x]'), 'zones.az-a.peers.1 names "az-x", which is no zone of this file'],
    ['none', several('[]'), 'zones.az-a.peers'],
  ])('refuses %s', (_, text, sentence) => {
    expect(problemsOf(text).join('\n')).toContain(sentence);
  });
});

describe('several clusters of a zone', () => {
  const cluster = (name: string, partOf: string, peers: string) =>
    `  ${name}:\n    partOf: ${partOf}\n    peers: ${peers}\n    kubernetes: { kubeconfig: x }\n    stores: { s3: *store }\n`;
  const clustered = (blue = '[az-b]', green = '[az-b]', partOf = 'az-c') =>
    `${minimal}${cluster('az-c-blue', partOf, blue)}${cluster('az-c-green', partOf, green)}`;
  const config = parseConfigText('az-escape.yaml', clustered('[az-a]', '[az-b, az-a]'));

  test('are an entry each, and together the zone that they name', () => {
    expect(config.zones['az-c-blue']).toMatchObject({ name: 'az-c-blue', peer: 'az-a', partOf: 'az-c' });
    expect(config.zones['az-a']!.partOf).toBeUndefined();
    expect(clustersNamed(config, 'az-c')).toEqual(['az-c-blue', 'az-c-green']);
    expect(clustersNamed(config, 'az-c-green')).toEqual(['az-c-green']);
    expect(clustersNamed(config, 'constructor')).toEqual([]);
    expect(zoneOfCluster(config, 'az-c-green')).toBe('az-c');
    expect(zoneOfCluster(config, 'az-a')).toBe('az-a');
    expect(peersOfClusters(config, ['az-c-blue', 'az-c-green'])).toEqual(['az-a', 'az-b']);
    expect(escapableNames(config)).toEqual(['az-a', 'az-b', 'az-c-blue', 'az-c-green', 'az-c']);
  });

  test('are lost together by the name of the zone, and alone by their own', () => {
    expect(lostClusters(config, 'az-c')).toEqual({ zone: 'az-c', clusters: ['az-c-blue', 'az-c-green'] });
    const green = { zone: 'az-c-green', clusters: ['az-c-green'] };
    expect(lostClusters(config, 'az-c-green')).toEqual(green);
    expect(lostClusters(config, 'az-c', 'az-c-green')).toEqual(green);
    expect(lostClusters(config, 'az-c-green', 'az-c-green')).toEqual(green);
    expect(lostClusters(config, 'az-a', 'az-a')).toEqual({ zone: 'az-a', clusters: ['az-a'] });
  });

  test.each([
    ['az-x', undefined, '"az-x" is no zone of the configuration; zones are az-a, az-b, az-c-blue, az-c-green, az-c'],
    ['az-c', 'az-a', '"az-a" is no cluster of az-c; its clusters are az-c-blue, az-c-green'],
    ['az-c-blue', 'az-c-green', '"az-c-green" is no cluster of az-c-blue; its only cluster is az-c-blue'],
  ])('%s with cluster %s is told what there is', (zone, name, problem) => {
    expect(lostClusters(config, zone, name)).toEqual({ problem });
  });

  test('may be one, and may be the zone of a PagerDuty service', () => {
    const hooks = (zone: string) =>
      `${clustered()}api: { hooks: { pagerduty: { secrets: [{ env: X }], services: { PABC: ${zone} } } } }\n`;
    expect(problemsOf(minimal + cluster('az-c-blue', 'az-c', '[az-b]'))).toEqual([]);
    expect(problemsOf(hooks('az-c'))).toEqual([]);
    expect(problemsOf(hooks('az-d')).join()).toContain('names "az-d", which is no zone of this file');
  });

  test.each([
    [
      'a peer that is lost with it',
      clustered('[az-b, az-c-green]'),
      'zones.az-c-blue.peers.1 names "az-c-green", which is part of az-c as well',
    ],
    [
      'a peer that is a zone of several',
      clustered().replace('    peer: az-b\n', '    peer: az-c\n'),
      'zones.az-a.peer names "az-c", which is a zone of several clusters; name some of az-c-blue, az-c-green',
    ],
    [
      'the name of an entry',
      clustered('[az-b]', '[az-b]', 'az-a'),
      'zones.az-c-blue.partOf names "az-a", which is a cluster of this file itself',
    ],
    ['a name with a slash', clustered('[az-b]', '[az-b]', 'az/c'), 'zones.az-c-blue.partOf is no zone name'],
  ])('refuses %s', (_, text, sentence) => {
    expect(problemsOf(text).join('\n')).toContain(sentence);
  });
});
