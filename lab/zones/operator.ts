/**
 * The Flink Kubernetes operator of a zone, as a plain JVM in the zone's network instead of a pod.
 */
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheDir, cachePaths, labHome, labJobNamespace, labPorts, type LabZone } from '../layout.ts';
import { operatorVersion } from '../toolchain/tools.ts';
import { answersOk } from './ask.ts';
import type { Component } from './component.ts';
import { kubeconfigFile } from './credentials.ts';
import { jarsIn, javaCommand, smallJvm } from './jvm.ts';
import { writeConfig } from './node.ts';
import { serviceHostsFile } from './service-hosts.ts';

const paths = (zone: LabZone) => {
  const dir = join(zone.dir, 'operator');
  return {
    dir,
    plugins: join(dir, 'plugins'),
    flinkConfig: join(dir, 'flink-conf.yaml'),
    logConfig: join(dir, 'log4j2.properties'),
  };
};

/** Class path in the order that works: the standalone module and the operator shade some of the same classes. */
export function orderOperatorJars(jars: readonly string[], version: string): string[] {
  const first = [`flink-kubernetes-standalone-${version}.jar`, `flink-kubernetes-operator-${version}.jar`];
  const found = first.map((name) => jars.find((jar) => basename(jar) === name));
  const missing = first.filter((_, index) => !found[index]);
  if (missing.length > 0) throw new Error(`The operator's jars lack ${missing.join(' and ')}.`);
  const rest = jars.filter((jar) => !first.includes(basename(jar)) && !basename(jar).startsWith('log4j-1.2-api'));
  return [...(found as string[]), ...rest];
}

/** The operator's own settings; a job's are in its resource. */
function renderOperatorConfig(): string {
  return `kubernetes.operator.reconcile.interval: 15 s
kubernetes.operator.observer.progress-check.interval: 2 s
kubernetes.operator.observer.rest-ready.delay: 2 s
kubernetes.operator.resource.deletion.propagation: Background
kubernetes.operator.dynamic.namespaces.enabled: false
kubernetes.operator.leader-election.enabled: false
kubernetes.operator.health.probe.enabled: true
kubernetes.operator.health.probe.port: ${labPorts.operatorHealth}
`;
}

/** Writes the operator's configuration files. */
export function writeOperatorConfig(zone: LabZone): void {
  const { plugins, flinkConfig, logConfig } = paths(zone);
  mkdirSync(plugins, { recursive: true });
  writeConfig(flinkConfig, renderOperatorConfig());
  writeConfig(
    logConfig,
    `rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
appender.console.name = console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %-5p %c{1} [%X{resource.namespace}/%X{resource.name}] %m%n
`,
  );
}

/** The operator. Its health probe answers once its watches are established. */
export function flinkOperator(zone: LabZone): Component {
  const { dir, plugins, logConfig } = paths(zone);
  const classPath = orderOperatorJars(jarsIn(cachePaths.operator(operatorVersion)), operatorVersion);
  return {
    name: 'flink-operator',
    command: javaCommand(),
    args: [
      ...smallJvm(384),
      `-Dlog4j2.configurationFile=${logConfig}`,
      `-Dlog4j.configurationFile=${logConfig}`,
      // There is no cluster DNS; the JVM finds a job's REST service in a file, and must not remember what it missed.
      `-Djdk.net.hosts.file=${serviceHostsFile(zone)}`,
      '-Dsun.net.inetaddr.ttl=1',
      '-Dsun.net.inetaddr.negative.ttl=0',
      '-cp',
      classPath.join(':'),
      'org.apache.flink.kubernetes.operator.FlinkOperator',
    ],
    env: {
      KUBECONFIG: kubeconfigFile(zone, 'flink-operator'),
      // Without it the operator thinks itself outside the cluster and asks localhost for each job.
      KUBERNETES_SERVICE_HOST: zone.kubernetesServiceIp,
      KUBERNETES_SERVICE_PORT: '443',
      FLINK_CONF_DIR: dir,
      FLINK_PLUGINS_DIR: plugins,
      FLINK_OPERATOR_WATCH_NAMESPACES: labJobNamespace,
      WATCH_NAMESPACES: labJobNamespace,
      OPERATOR_NAMESPACE: labJobNamespace,
      OPERATOR_NAME: 'flink-operator',
    },
    ready: answersOk(`http://${zone.ip}:${labPorts.operatorHealth}/`),
  };
}

/** Keeps the operator's hosts file: see `service-hosts.ts`. */
export function serviceHosts(zone: LabZone, ready: Component['ready']): Component {
  return {
    name: 'service-hosts',
    command: process.execPath,
    args: ['--max-old-space-size=32', join(import.meta.dirname, 'service-hosts.ts'), zone.name],
    env: { AZ_ESCAPE_LAB_HOME: labHome, AZ_ESCAPE_CACHE: cacheDir },
    ready,
  };
}
