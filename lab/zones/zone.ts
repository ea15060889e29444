/** Brings a whole zone up, in the order that is quickest on few cores, and takes it away again. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LabZone } from '../layout.ts';
import { waitUntil } from './ask.ts';
import { killZoneProcesses } from './census.ts';
import { createCgroups, removeCgroups } from './cgroups.ts';
import { startComponent, waitForComponent, type Component, type ZonePlace } from './component.ts';
import { apiServer, controllerManager, etcd, scheduler } from './control-plane.ts';
import { ensureCredentials } from './credentials.ts';
import { writeFirstFile } from './first-file.ts';
import { dataNode, formatHdfs, nameNode, writeHdfsConfig } from './hdfs.ts';
import { createNetwork, networkExists, removeNetwork } from './network.ts';
import { containerd, kubelet, kubeProxy, loadImage, writeNodeConfig } from './node.ts';
import { applyAccess, applyFlinkDefinitions, defaultAccountExists, flinkDefinitionsServe } from './objects.ts';
import { flinkOperator, serviceHosts, writeOperatorConfig } from './operator.ts';
import { findProcess } from './process.ts';
import { removeRemains } from './remains.ts';
import { createBucketFolder, s3Server } from './s3.ts';
import { serviceHostsFile } from './service-hosts.ts';

/** Takes one line of progress. */
export type Report = (line: string) => void;

/** All components of a zone, in the order in which they are listed to people. */
export function zoneComponents(zone: LabZone): Component[] {
  return [
    etcd(zone),
    apiServer(zone),
    controllerManager(zone),
    scheduler(zone),
    containerd(zone),
    kubelet(zone),
    kubeProxy(zone),
    hostsKeeper(zone),
    flinkOperator(zone),
    s3Server(zone),
    nameNode(zone),
    dataNode(zone),
  ];
}

function hostsKeeper(zone: LabZone): Component {
  return serviceHosts(zone, () =>
    Promise.resolve(
      existsSync(serviceHostsFile(zone)) && readFileSync(serviceHostsFile(zone), 'utf8').includes(' kubernetes.default')
        ? undefined
        : 'the hosts file does not hold the Services yet',
    ),
  );
}

/**
 * Starts what is missing of a zone and waits until every component has answered that it serves.
 * @returns the names of the components that were started.
 * @throws naming the component that did not come up; what was started stays for the next attempt.
 */
export async function bringUpZone(zone: LabZone, report: Report): Promise<string[]> {
  const components = zoneComponents(zone);
  if (!components.some(({ name }) => findProcess(zone.dir, name))) await clearLeftovers(zone);
  await createNetwork(zone);
  const place: ZonePlace = { zone, cgroupProcs: createCgroups(zone.name) };
  ensureCredentials(zone);
  writeNodeConfig(zone);
  writeOperatorConfig(zone);
  writeHdfsConfig(zone);
  createBucketFolder(zone);

  const started: string[] = [];
  const start = async (...wanted: Component[]) => {
    for (const component of wanted) if ((await startComponent(place, component)).started) started.push(component.name);
  };
  const serve = async (...wanted: Component[]) => {
    await Promise.all(wanted.map((component) => waitForComponent(zone, component)));
  };
  const say = (line: string) => {
    if (started.length > 0) report(`${zone.name}  ${line}`);
  };

  const runtime = async () => {
    await start(containerd(zone));
    await serve(containerd(zone));
    await loadImage(zone);
  };
  const stores = async () => {
    await start(s3Server(zone));
    await formatHdfs(zone);
    await start(nameNode(zone), dataNode(zone));
    await serve(s3Server(zone), nameNode(zone), dataNode(zone));
    await writeFirstFile(zone);
    say('S3 and HDFS serve');
  };
  const kubernetes = async () => {
    const runtimeReady = runtime();
    // Its failure is told by the await below; without this, one before then would end the whole process.
    runtimeReady.catch(() => {});
    await start(etcd(zone), apiServer(zone));
    await serve(etcd(zone), apiServer(zone));
    say('API server ready');
    const controllers = [controllerManager(zone), scheduler(zone)];
    await start(...controllers);
    await Promise.all([applyAccess(zone), applyFlinkDefinitions(zone)]);
    await waitUntil(`${zone.name} definitions`, flinkDefinitionsServe(zone), 30_000);
    await dropOldHosts(zone);
    await start(hostsKeeper(zone), flinkOperator(zone));
    await runtimeReady;
    await start(kubelet(zone), kubeProxy(zone));
    await serve(...controllers, containerd(zone), kubelet(zone), kubeProxy(zone), hostsKeeper(zone));
    await waitUntil(`${zone.name} accounts`, defaultAccountExists(zone), 30_000);
    say('node Ready');
    await serve(flinkOperator(zone));
    say('Flink operator ready');
  };
  // All are awaited even when one fails, so that no start goes on behind the error's back.
  const results = await Promise.allSettled([kubernetes(), stores()]);
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join('\n'));
  return started;
}

/** A hosts file of an earlier life would make its keeper look ready before it has asked. */
async function dropOldHosts(zone: LabZone): Promise<void> {
  const file = serviceHostsFile(zone);
  mkdirSync(dirname(file), { recursive: true });
  if (!findProcess(zone.dir, 'service-hosts')) rmSync(file, { force: true });
}

/** Removes what a killed lab, a power cut or a reboot left of a zone, so that it starts on clean ground. */
async function clearLeftovers(zone: LabZone): Promise<void> {
  await killZoneProcesses(zone);
  await removeRemains(zone);
  await removeCgroups(zone.name);
  // The pods' bridge and kube-proxy's rules live in the namespace: a machine that starts has neither.
  if (networkExists(zone)) await removeNetwork(zone);
}

/** Ends everything of a zone and removes it from the kernel; its data stays. */
export async function takeDownZone(zone: LabZone): Promise<void> {
  await clearLeftovers(zone);
  await removeNetwork(zone);
}
