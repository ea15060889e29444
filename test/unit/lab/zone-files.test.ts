import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { labZone, labZoneNames } from '../../../lab/layout.ts';
import { parseCgroupMounts } from '../../../lab/zones/cgroups.ts';
import { renderKubeconfig, renderTokenFile } from '../../../lab/zones/credentials.ts';
import { renderFirewall } from '../../../lab/zones/firewall.ts';
import { renderHadoopXml, renderHdfsSite } from '../../../lab/zones/hdfs-config.ts';
import { manifestPath } from '../../../lab/zones/kube-api.ts';
import {
  renderCniConfig,
  renderContainerdConfig,
  renderKubeletConfig,
  renderKubeProxyConfig,
} from '../../../lab/zones/node-config.ts';
import { orderOperatorJars } from '../../../lab/zones/operator.ts';
import { mountsBelow } from '../../../lab/zones/remains.ts';
import { renderHosts } from '../../../lab/zones/service-hosts.ts';

const [a, b] = labZoneNames.map(labZone) as [ReturnType<typeof labZone>, ReturnType<typeof labZone>];
const rendered = (zone: typeof a) => [
  renderContainerdConfig(zone),
  renderCniConfig(zone),
  renderKubeletConfig(zone),
  renderKubeProxyConfig(zone),
  renderHdfsSite(zone),
];

test('no file of a zone names the other zone', () => {
  for (const text of rendered(a)) for (const foreign of [b.name, b.ip, b.dir]) expect(text).not.toContain(foreign);
});

test('what is said to be YAML or JSON is', () => {
  expect(parse(renderKubeletConfig(a))).toMatchObject({ kind: 'KubeletConfiguration', address: a.ip });
  expect(parse(renderKubeProxyConfig(a))).toMatchObject({ kind: 'KubeProxyConfiguration', clusterCIDR: a.podCidr });
  expect(JSON.parse(renderCniConfig(a))).toMatchObject({ name: 'az-escape-az-a' });
  expect(parse(renderKubeconfig(a, 'az-escape', 'secret'))).toMatchObject({
    'current-context': 'az-a',
    users: [{ name: 'az-escape', user: { token: 'secret' } }],
  });
});

test('the product is no administrator in the token list, the kubelet is its own node', () => {
  const lines = renderTokenFile(
    a,
    new Map([
      ['az-escape', 't1'],
      ['kubelet', 't2'],
      ['admin', 't3'],
    ]),
  ).split('\n');
  expect(lines).toContain('t1,az-escape,az-escape');
  expect(lines).toContain('t2,system:node:node-az-a,kubelet,"system:nodes"');
  expect(lines).toContain('t3,admin,admin,"system:masters"');
});

test('the firewall records what goes to a zone before it drops it', () => {
  const text = renderFirewall([a, b]);
  for (const zone of [a, b]) {
    const counted = text.indexOf(`oifname "${zone.veth}" tcp flags`);
    expect(counted).toBeGreaterThan(0);
    expect(counted).toBeLessThan(text.indexOf('oifname @cut drop'));
  }
});

test('Hadoop values are escaped', () => {
  expect(renderHadoopXml({ 'a.b': 'x<y&z' })).toContain('<value>x&lt;y&amp;z</value>');
});

test("the operator's class path begins with the standalone module", () => {
  const jars = ['/x/aaa-1.jar', '/x/log4j-1.2-api-2.17.1.jar', '/x/flink-kubernetes-operator-1.7.0.jar'];
  const standalone = '/x/flink-kubernetes-standalone-1.7.0.jar';
  expect(orderOperatorJars([...jars, standalone], '1.7.0')).toEqual([standalone, jars[2], jars[0]]);
  expect(() => orderOperatorJars(jars, '1.7.0')).toThrow('flink-kubernetes-standalone-1.7.0.jar');
});

test('Services without an address are not in the hosts file', () => {
  const service = (name: string, clusterIP: string) => ({
    metadata: { namespace: 'default', name, resourceVersion: '1' },
    spec: { clusterIP },
  });
  expect(renderHosts([service('job-rest', '10.211.0.9'), service('job', 'None')])).toBe(
    '127.0.0.1 localhost\n10.211.0.9 job-rest.default\n',
  );
});

test('paths in the API', () => {
  const path = (apiVersion: string, kind: string, namespace?: string) =>
    manifestPath({ apiVersion, kind, metadata: { name: 'n', ...(namespace ? { namespace } : {}) } });
  expect(path('v1', 'ServiceAccount', 'default')).toBe('/api/v1/namespaces/default/serviceaccounts/n');
  expect(path('rbac.authorization.k8s.io/v1', 'ClusterRole')).toBe('/apis/rbac.authorization.k8s.io/v1/clusterroles/n');
  expect(() => path('v1', 'Wish')).toThrow('Wish');
});

const mounts = `tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw 0 0
cgroup /sys/fs/cgroup/freezer cgroup rw 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
overlay /lab/az-a/containerd/state/x/rootfs overlay rw 0 0
tmpfs /lab/az-a/kubelet/pods/1/vol\\040ume tmpfs rw 0 0
tmpfs /lab/az-a/kubelet tmpfs rw 0 0
tmpfs /lab/az-ab/kubelet tmpfs rw 0 0
`;

test('cgroup hierarchies by version', () => {
  expect(parseCgroupMounts(mounts, 'cgroup')).toEqual(['/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/freezer']);
  expect(parseCgroupMounts(mounts, 'cgroup2')).toEqual(['/sys/fs/cgroup/unified']);
});

test("a zone's mounts come deepest first, and another zone's are not among them", () => {
  expect(mountsBelow(mounts, '/lab/az-a')).toEqual([
    '/lab/az-a/kubelet/pods/1/vol ume',
    '/lab/az-a/kubelet',
    '/lab/az-a/containerd/state/x/rootfs',
  ]);
});
