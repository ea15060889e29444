/**
 * Where everything of the lab lives: folders, addresses, ports. Data only, so that every part of the lab, the
 * demo and the tests agree without asking each other.
 */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const repoRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** Built tools and downloaded jars, kept between runs and checkouts. `AZ_ESCAPE_CACHE` moves it. */
export const cacheDir =
  process.env['AZ_ESCAPE_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'az-escape');

/** State of the one lab of this machine (namespaces are global to it). `AZ_ESCAPE_LAB_HOME` moves it. */
export const labHome =
  process.env['AZ_ESCAPE_LAB_HOME'] ??
  join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'az-escape', 'lab');

/**
 * The cgroup below which all zones' processes live. `AZ_ESCAPE_LAB_CGROUP` renames it: with that, and with its own
 * network and mount namespaces (`unshare --net --mount`), a second lab can run beside the first.
 */
export const labCgroup = process.env['AZ_ESCAPE_LAB_CGROUP'] ?? 'az-escape';

/** Folders of the cache that the toolchain fills and the zones read. */
export const cachePaths = {
  /** etcd, kube-apiserver, …, temporal, versitygw: one executable each, or a link to one found on PATH. */
  bin: join(cacheDir, 'bin'),
  /** A Flink home: lib/, plugins/s3-fs-{hadoop,presto}/, hadoop/ (for HDFS jobs), usrlib/lab-job.jar, bin/entry.sh. */
  flink: join(cacheDir, 'flink'),
  /** Jars of the Flink Kubernetes operator, its CRDs beside them; the version is a parameter. */
  operator: (version: string) => join(cacheDir, `flink-operator-${version}`),
  /** Jars of Hadoop's NameNode and DataNode. */
  hadoop: join(cacheDir, 'hadoop'),
  /** Jars of Temporal's time-skipping test server. */
  testServer: join(cacheDir, 'temporal-test-server'),
  /** The container image of every pod of the lab, an OCI archive. */
  image: join(cacheDir, 'image', 'base.tar'),
} as const;

/** The lab's addresses: all inside this range, for which the host has an unreachable route as a net. */
export const labRange = '10.192.0.0/11';

export const labZoneNames = ['az-a', 'az-b'] as const;
export type LabZoneName = (typeof labZoneNames)[number];

/** One zone's addresses and folders. */
export interface LabZone {
  name: LabZoneName;
  /** 1, 2, …: the number in its addresses. */
  index: number;
  /** Address of the zone's one node, API server, S3 and HDFS. */
  ip: string;
  /** The host's end of the zone's cable. */
  gateway: string;
  podCidr: string;
  serviceCidr: string;
  /** First address of `serviceCidr`: the API server as pods see it. */
  kubernetesServiceIp: string;
  /** Host interface of the zone's cable. */
  veth: string;
  /** State folder: etcd, pki, kubeconfigs, logs, stores. */
  dir: string;
  adminKubeconfig: string;
  /** The kubeconfig az-escape itself uses: a user with only the rights of its ClusterRole. */
  productKubeconfig: string;
  /** Network namespace of everything that runs in the zone. */
  netns: string;
  nodeName: string;
  apiServer: string;
  s3: { endpoint: string; bucket: string };
  hdfs: { uri: string; http: string };
}

export const labPorts = {
  apiServer: 6443,
  s3: 9000,
  hdfsRpc: 8020,
  hdfsHttp: 9870,
  hdfsData: 9866,
  hdfsDataHttp: 9864,
  hdfsDataIpc: 9867,
  etcdMetrics: 2381,
  controllerManager: 10257,
  scheduler: 10259,
  kubelet: 10250,
  kubeProxyHealth: 10256,
  operatorHealth: 8085,
  fleetRest: 8090,
  kwok: 10247,
} as const;

/** Temporal runs on the host, outside both zones; ports of its own so that a developer's server is not disturbed. */
export const labTemporal = {
  address: '127.0.0.1:7733',
  port: 7733,
  uiPort: 8733,
  namespace: 'default',
  dir: join(labHome, 'temporal'),
} as const;

/** The addresses and folders of one zone. */
export function labZone(name: LabZoneName): LabZone {
  const index = labZoneNames.indexOf(name) + 1;
  const ip = `10.${200 + index}.0.2`;
  const dir = join(labHome, name);
  return {
    name,
    index,
    ip,
    gateway: `10.${200 + index}.0.1`,
    podCidr: `10.${220 + index}.0.0/24`,
    serviceCidr: `10.${210 + index}.0.0/24`,
    kubernetesServiceIp: `10.${210 + index}.0.1`,
    veth: `ve-${name}`,
    dir,
    adminKubeconfig: join(dir, 'kubeconfig', 'admin'),
    productKubeconfig: join(dir, 'kubeconfig', 'az-escape'),
    netns: name,
    nodeName: `node-${name}`,
    apiServer: `https://${ip}:${labPorts.apiServer}`,
    s3: { endpoint: `http://${ip}:${labPorts.s3}`, bucket: name },
    hdfs: { uri: `hdfs://${ip}:${labPorts.hdfsRpc}`, http: `http://${ip}:${labPorts.hdfsHttp}` },
  };
}

/** Namespace in which the sample jobs run, in each zone. */
export const labJobNamespace = 'default';

/** Credentials of the lab's S3 servers: they hold nothing but sample state and listen inside the lab only. */
export const labS3Credentials = { accessKeyId: 'lab', secretAccessKey: 'lab-secret-123' } as const;
