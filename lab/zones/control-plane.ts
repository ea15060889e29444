/** A zone's Kubernetes control plane: etcd, API server, controller manager, scheduler. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cachePaths, labPorts, type LabZone } from '../layout.ts';
import { answersOk } from './ask.ts';
import type { Component } from './component.ts';
import { certificateDir, certificateFile, kubeconfigFile, serviceAccountKeys, tokenFile } from './credentials.ts';
import { askApi } from './kube-api.ts';

const bin = (name: string) => join(cachePaths.bin, name);

/** The zone's store of objects; it listens inside the zone alone. */
export function etcd(zone: LabZone): Component {
  const [client, peer] = ['http://127.0.0.1:2379', 'http://127.0.0.1:2380'];
  return {
    name: 'etcd',
    command: bin('etcd'),
    args: [
      `--name=${zone.name}`,
      `--data-dir=${join(zone.dir, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=${zone.name}=${peer}`,
      `--listen-metrics-urls=http://${zone.ip}:${labPorts.etcdMetrics}`,
      '--log-level=warn',
    ],
    ready: answersOk(`http://${zone.ip}:${labPorts.etcdMetrics}/health`, {}, '"health":"true"'),
  };
}

/** The API server; with no certificate it makes one, which then is the authority that clients trust. */
export function apiServer(zone: LabZone): Component {
  const keys = serviceAccountKeys(zone);
  return {
    name: 'kube-apiserver',
    command: bin('kube-apiserver'),
    args: [
      '--etcd-servers=http://127.0.0.1:2379',
      `--secure-port=${labPorts.apiServer}`,
      '--bind-address=0.0.0.0',
      `--advertise-address=${zone.ip}`,
      `--cert-dir=${certificateDir(zone)}`,
      `--token-auth-file=${tokenFile(zone)}`,
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      `--service-cluster-ip-range=${zone.serviceCidr}`,
      `--service-account-issuer=https://${zone.name}.lab`,
      `--service-account-key-file=${keys.checking}`,
      `--service-account-signing-key-file=${keys.signing}`,
      // Names of nodes would be looked up in a DNS that the zone cannot reach.
      '--kubelet-preferred-address-types=InternalIP',
      '--profiling=false',
    ],
    ready: async () => {
      if (!existsSync(certificateFile(zone))) return 'no certificate yet';
      const answer = await askApi(zone, '/readyz');
      return answer.status === 200 ? undefined : `readyz answers ${answer.status}`;
    },
  };
}

/** The controllers. It answers on the zone's address, so that the host can ask for its health. */
export function controllerManager(zone: LabZone): Component {
  return {
    name: 'kube-controller-manager',
    command: bin('kube-controller-manager'),
    args: [
      `--kubeconfig=${kubeconfigFile(zone, 'controller-manager')}`,
      `--service-account-private-key-file=${serviceAccountKeys(zone).signing}`,
      `--root-ca-file=${certificateFile(zone)}`,
      '--leader-elect=false',
      `--bind-address=${zone.ip}`,
      `--secure-port=${labPorts.controllerManager}`,
      `--cert-dir=${join(zone.dir, 'pki', 'controller-manager')}`,
      '--node-monitor-grace-period=20s',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
      '--profiling=false',
    ],
    ready: answersOk(`https://${zone.ip}:${labPorts.controllerManager}/healthz`),
  };
}

/** The scheduler. */
export function scheduler(zone: LabZone): Component {
  return {
    name: 'kube-scheduler',
    command: bin('kube-scheduler'),
    args: [
      `--kubeconfig=${kubeconfigFile(zone, 'scheduler')}`,
      '--leader-elect=false',
      `--bind-address=${zone.ip}`,
      `--secure-port=${labPorts.scheduler}`,
      `--cert-dir=${join(zone.dir, 'pki', 'scheduler')}`,
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
      '--profiling=false',
    ],
    ready: answersOk(`https://${zone.ip}:${labPorts.scheduler}/healthz`),
  };
}
