/** Configuration files of a zone's node, as text: containerd, CNI, kubelet, kube-proxy. */
import { join } from 'node:path';
import { labPorts, type LabZone } from '../layout.ts';
import { imageName } from '../toolchain/image.ts';
import { findCniFolder } from '../toolchain/prerequisites.ts';
import { kubeletCgroupRoot } from './cgroups.ts';
import { kubeconfigFile } from './credentials.ts';

/** Folders and files of a node. */
export const nodePaths = (zone: LabZone) => ({
  containerdRoot: join(zone.dir, 'containerd', 'root'),
  /** What a machine keeps in memory and loses with its power: sockets, mounts, runc's state. */
  containerdState: join(zone.dir, 'containerd', 'state'),
  containerdConfig: join(zone.dir, 'containerd', 'config.toml'),
  criSocket: join(zone.dir, 'containerd', 'cri.sock'),
  cniConfigDir: join(zone.dir, 'cni'),
  cniConfig: join(zone.dir, 'cni', '10-lab.conflist'),
  cniData: join(zone.dir, 'cni-data'),
  kubeletRoot: join(zone.dir, 'kubelet'),
  kubeletConfig: join(zone.dir, 'kubelet.yaml'),
  podLogs: join(zone.dir, 'pod-logs'),
  resolvConf: join(zone.dir, 'resolv.conf'),
  kubeProxyConfig: join(zone.dir, 'kube-proxy.yaml'),
});

/** Name of the zone's pod network; CNI keeps its results under this name in /var/lib/cni. */
export const podNetwork = (zone: LabZone) => `az-escape-${zone.name}`;

/** containerd's configuration. Every path is the zone's, so that many can run side by side. */
export function renderContainerdConfig(zone: LabZone): string {
  const paths = nodePaths(zone);
  return `version = 2
root = "${paths.containerdRoot}"
state = "${paths.containerdState}"
oom_score = 0
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp",
]

[grpc]
  address = "${paths.criSocket}"

[plugins."io.containerd.internal.v1.opt"]
  path = "${join(zone.dir, 'containerd', 'opt')}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${imageName}"
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  netns_mounts_under_state_dir = true

  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${findCniFolder() ?? '/opt/cni/bin'}"
    conf_dir = "${paths.cniConfigDir}"

  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"

    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"

      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        Root = "${join(paths.containerdState, 'runc')}"
`;
}

/** The pod network: a bridge inside the zone, no masquerading, as all zones know the ways to each other's pods. */
export function renderCniConfig(zone: LabZone): string {
  return JSON.stringify(
    {
      cniVersion: '0.4.0',
      name: podNetwork(zone),
      plugins: [
        {
          type: 'bridge',
          bridge: 'cni0',
          isGateway: true,
          ipMasq: false,
          hairpinMode: true,
          ipam: {
            type: 'host-local',
            dataDir: nodePaths(zone).cniData,
            ranges: [[{ subnet: zone.podCidr }]],
            routes: [{ dst: '0.0.0.0/0' }],
          },
        },
        { type: 'portmap', capabilities: { portMappings: true } },
      ],
    },
    undefined,
    2,
  );
}

/** The kubelet's configuration. */
export function renderKubeletConfig(zone: LabZone): string {
  const paths = nodePaths(zone);
  return `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous: { enabled: true }
  webhook: { enabled: false }
authorization: { mode: AlwaysAllow }
address: ${zone.ip}
port: ${labPorts.kubelet}
healthzBindAddress: 127.0.0.1
failSwapOn: false
failCgroupV1: false
cgroupDriver: cgroupfs
cgroupRoot: ${kubeletCgroupRoot(zone.name)}
enforceNodeAllocatable: []
makeIPTablesUtilChains: false
oomScoreAdj: 0
containerRuntimeEndpoint: unix://${paths.criSocket}
podLogsDir: ${paths.podLogs}
resolvConf: ${paths.resolvConf}
nodeStatusUpdateFrequency: 5s
# How soon a changed ConfigMap shows in a running pod: at its next sync. The default is a minute.
syncFrequency: 2s
configMapAndSecretChangeDetectionStrategy: Watch
evictionHard: { memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1% }
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
maxPods: 200
`;
}

/** kube-proxy's configuration; connection tracking limits are the host's and stay as they are. */
export function renderKubeProxyConfig(zone: LabZone): string {
  return `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clientConnection: { kubeconfig: ${kubeconfigFile(zone, 'kube-proxy')} }
clusterCIDR: ${zone.podCidr}
hostnameOverride: ${zone.nodeName}
oomScoreAdj: 0
conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s }
metricsBindAddress: 127.0.0.1:10249
healthzBindAddress: ${zone.ip}:${labPorts.kubeProxyHealth}
`;
}
