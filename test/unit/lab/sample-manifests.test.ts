import { describe, expect, it } from 'vitest';
import { commonFlinkConfiguration } from '../../../lab/jobs/flink-settings.ts';
import { sampleJobManifest } from '../../../lab/jobs/manifests.ts';
import { fillTemplate } from '../../../model/config/fill-template.ts';
import { sampleJobs } from '../../../lab/jobs/sample-jobs.ts';
import { labPeerOf, labStoreFlinkConfiguration } from '../../../lab/jobs/store-settings.ts';
import { labZone, labZoneNames, type LabZoneName } from '../../../lab/layout.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';
import { tiers } from '../../../model/job/tier.ts';

const hostFolders = { flink: '/cache/flink', jdk: ['/etc/java-17-openjdk', '/etc/ssl'] };

function manifestsOf(zone: LabZoneName): FlinkDeployment[] {
  return sampleJobs.map((job) =>
    sampleJobManifest(job, { hostFolders, zoneFlinkConfiguration: labStoreFlinkConfiguration(zone, job.store) }),
  );
}

function named(name: string): FlinkDeployment {
  return manifestsOf('az-a').find((manifest) => manifest.metadata.name === name)!;
}

interface Template {
  spec: {
    containers: {
      name: string;
      env: { name: string; value: string }[];
      volumeMounts: { name: string; mountPath: string }[];
    }[];
    volumes: { name: string; hostPath?: { path: string }; configMap?: { name: string; optional: boolean } }[];
  };
}
const templateOf = (manifest: FlinkDeployment) => (manifest.spec['podTemplate'] as Template).spec;

describe('manifests of the sample jobs', () => {
  it('have one job of each tier, with the store and mode that the product reads', () => {
    const marks = manifestsOf('az-a').map(({ metadata }) => [
      metadata.name,
      metadata.labels?.['az-escape.io/tier'],
      metadata.annotations?.['az-escape.io/store'],
      metadata.annotations?.['az-escape.io/mode'],
    ]);
    expect(marks).toEqual([
      ['orders-p0', 'P0', 's3', 'savepoint'],
      ['payments-p1', 'P1', 's3', 'ship'],
      ['clicks-p2', 'P2', 'hdfs', 'ship'],
      ['reports-p3', 'P3', 'hdfs', 'savepoint'],
    ]);
    expect(new Set(sampleJobs.map((job) => job.tier))).toEqual(new Set(tiers));
  });

  it('have one TaskManager with a slot for every subtask', () => {
    for (const manifest of manifestsOf('az-a')) {
      expect(manifest.spec.flinkConfiguration?.['taskmanager.numberOfTaskSlots']).toBe(
        String(manifest.spec.job?.parallelism),
      );
    }
  });

  it('ask for more of the cores the more important the job is, and for less than the node has', () => {
    const cores = manifestsOf('az-a').map(
      ({ spec }) => (spec['taskManager'] as { resource: { cpu: number } }).resource.cpu,
    );
    expect(cores).toEqual(cores.toSorted((a, b) => b - a));
    expect(cores[0]).toBeGreaterThan(cores.at(-1)!);
    expect(2 * cores.reduce((sum, cpu) => sum + cpu)).toBeLessThan(2);
  });

  it('differ between zones in the settings of the zone alone', () => {
    const [inA, inB] = labZoneNames.map(manifestsOf);
    inA!.forEach((a, index) => {
      const b = inB![index]!;
      const job = sampleJobs[index]!;
      const zoneKeys = Object.keys(labStoreFlinkConfiguration('az-a', job.store));
      expect(Object.keys(labStoreFlinkConfiguration('az-b', job.store))).toEqual(zoneKeys);
      const neutral = (manifest: FlinkDeployment) => {
        const settings = Object.entries(manifest.spec.flinkConfiguration!).filter(([key]) => !zoneKeys.includes(key));
        return { ...manifest, spec: { ...manifest.spec, flinkConfiguration: Object.fromEntries(settings) } };
      };
      expect(neutral(a)).toEqual(neutral(b));
      expect(a.spec.flinkConfiguration).not.toEqual(b.spec.flinkConfiguration);
    });
  });

  it('leave no placeholder unfilled and give every job folders of its own', () => {
    const folders = manifestsOf('az-a').map((manifest) => manifest.spec.flinkConfiguration!['state.checkpoints.dir']);
    expect(new Set(folders).size).toBe(sampleJobs.length);
    expect(JSON.stringify(manifestsOf('az-a'))).not.toMatch(/\{(namespace|job)\}/);
  });

  it('mount the role for the P0 job alone, and not as a must', () => {
    const withRole = manifestsOf('az-a').filter((m) => templateOf(m).volumes.some((volume) => volume.configMap));
    expect(withRole.map((m) => m.metadata.name)).toEqual(['orders-p0']);
    const { volumes, containers } = templateOf(withRole[0]!);
    expect(volumes.at(-1)?.configMap).toEqual({ name: 'orders-p0-role', optional: true });
    expect(containers[0]?.volumeMounts.at(-1)).toMatchObject({ name: 'role', mountPath: '/etc/az-escape/role' });
  });

  it('mount Flink and all that the JDK needs from the host', () => {
    const { volumes, containers } = templateOf(named('payments-p1'));
    expect(volumes.map((volume) => volume.hostPath?.path)).toEqual([
      '/usr',
      '/etc/java-17-openjdk',
      '/etc/ssl',
      '/cache/flink',
    ]);
    expect(containers[0]?.volumeMounts.map((mount) => mount.mountPath)).toEqual([
      '/usr',
      '/etc/java-17-openjdk',
      '/etc/ssl',
      '/opt/flink',
    ]);
    expect(containers[0]?.volumeMounts.map((mount) => mount.name)).toEqual(volumes.map((volume) => volume.name));
  });

  it('add the Hadoop jars for HDFS jobs alone', () => {
    const withHadoop = manifestsOf('az-a').filter((manifest) =>
      templateOf(manifest).containers[0]?.env.some(({ name }) => name === 'AZ_ESCAPE_EXTRA_CLASSPATH'),
    );
    expect(withHadoop.map((manifest) => manifest.metadata.name)).toEqual(['clicks-p2', 'reports-p3']);
  });

  it('let the settings of the zone win over the common ones', () => {
    const [key, common] = Object.entries(commonFlinkConfiguration(1))[0]!;
    const manifest = sampleJobManifest(sampleJobs[0]!, {
      hostFolders,
      zoneFlinkConfiguration: { [key]: `not ${common}` },
    });
    expect(manifest.spec.flinkConfiguration?.[key]).toBe(`not ${common}`);
  });
});

describe('settings of the stores', () => {
  it.each(labZoneNames)('send s3a to the own zone and s3p to the peer, in %s', (zone) => {
    const settings = labStoreFlinkConfiguration(zone, 's3');
    expect(settings['s3a.endpoint']).toBe(labZone(zone).s3.endpoint);
    expect(settings['presto.s3.endpoint']).toBe(labZone(labPeerOf(zone)).s3.endpoint);
    expect(settings['s3a.endpoint']).not.toBe(settings['presto.s3.endpoint']);
    expect(Object.keys(settings).filter((key) => key.startsWith('s3.'))).toEqual([]);
  });

  it.each(labZoneNames)('keep all of Flink’s folders in the own zone, in %s', (zone) => {
    for (const [store, root] of [
      ['s3', `s3a://${labZone(zone).s3.bucket}/`],
      ['hdfs', `${labZone(zone).hdfs.uri}/`],
    ] as const) {
      const settings = labStoreFlinkConfiguration(zone, store);
      for (const [key, value] of Object.entries(settings).filter(([key]) => /dir$/i.test(key))) {
        expect(value.startsWith(root), key).toBe(true);
        expect(value, key).toContain('{namespace}/{job}/');
      }
      expect(Object.keys(settings).filter((key) => /dir$/i.test(key))).toHaveLength(4);
    }
  });
});

describe('fillTemplate', () => {
  it('fills each placeholder wherever it stands and leaves other text alone', () => {
    expect(
      fillTemplate({ a: '{job}-{namespace}/{job}', b: '{other} $&' }, { namespace: 'shop', name: 'orders$&' }),
    ).toEqual({ a: 'orders$&-shop/orders$&', b: '{other} $&' });
  });
});
