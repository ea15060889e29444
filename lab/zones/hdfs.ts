/** A zone's HDFS: one NameNode, one DataNode. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cachePaths, labPorts, type LabZone } from '../layout.ts';
import { ask } from './ask.ts';
import type { Component } from './component.ts';
import { hdfsPaths, renderCoreSite, renderHdfsSite } from './hdfs-config.ts';
import { javaCommand, smallJvm } from './jvm.ts';
import { writeConfig } from './node.ts';
import { runCommand } from './run-command.ts';

const javaArgs = (zone: LabZone, role: string, heapMb: number) => [
  ...smallJvm(heapMb),
  `-Dproc_${role}`,
  `-Dhadoop.log.dir=${hdfsPaths(zone).log}`,
  '-Djava.net.preferIPv4Stack=true',
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
  '-cp',
  // The folder itself holds the empty webapps without which the HTTP servers do not start.
  `${hdfsPaths(zone).conf}:${cachePaths.hadoop}/*:${cachePaths.hadoop}`,
];
const nameNodeClass = 'org.apache.hadoop.hdfs.server.namenode.NameNode';
const dataNodeClass = 'org.apache.hadoop.hdfs.server.datanode.DataNode';

/** Writes Hadoop's configuration files. */
export function writeHdfsConfig(zone: LabZone): void {
  const { conf, blocks } = hdfsPaths(zone);
  writeConfig(join(conf, 'core-site.xml'), renderCoreSite(zone));
  writeConfig(join(conf, 'hdfs-site.xml'), renderHdfsSite(zone));
  writeConfig(
    join(conf, 'log4j.properties'),
    `log4j.rootLogger=WARN,console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %p %c{1}: %m%n
`,
  );
  mkdirSync(blocks, { recursive: true });
}

/** Gives the NameNode its empty file system, once. A format that was broken off is done again from the start. */
export async function formatHdfs(zone: LabZone): Promise<void> {
  const { names, blocks } = hdfsPaths(zone);
  if (existsSync(names)) return;
  const unfinished = `${names}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  // Blocks of an earlier file system carry its id and would keep the DataNode out of the new one.
  rmSync(blocks, { recursive: true, force: true });
  mkdirSync(blocks, { recursive: true });
  const target = [`-Ddfs.namenode.name.dir=file://${unfinished}`, '-format', '-force', '-nonInteractive'];
  await runCommand(
    'nsenter',
    [`--net=/run/netns/${zone.netns}`, javaCommand(), ...javaArgs(zone, 'format', 128), nameNodeClass, ...target],
    { timeoutMs: 90_000 },
  );
  renameSync(unfinished, names);
}

async function nameNodeBean(zone: LabZone): Promise<Record<string, unknown>> {
  const answer = await ask(`${zone.hdfs.http}/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState`);
  if (answer.status !== 200) throw new Error(`the NameNode answers ${answer.status}`);
  const { beans } = JSON.parse(answer.body) as { beans: Record<string, unknown>[] };
  return beans[0] ?? {};
}

/** The NameNode, with WebHDFS. */
export function nameNode(zone: LabZone): Component {
  return {
    name: 'hdfs-namenode',
    command: javaCommand(),
    args: [...javaArgs(zone, 'namenode', 200), nameNodeClass],
    ready: async () => {
      const state = (await nameNodeBean(zone))['FSState'];
      return state === undefined ? 'the NameNode has no file system yet' : undefined;
    },
  };
}

/** The DataNode. Ready when the NameNode counts it and has left its safe mode: only then can a file be written. */
export function dataNode(zone: LabZone): Component {
  return {
    name: 'hdfs-datanode',
    command: javaCommand(),
    args: [...javaArgs(zone, 'datanode', 200), dataNodeClass],
    ready: async () => {
      const bean = await nameNodeBean(zone);
      if (bean['FSState'] !== 'Operational') return `HDFS is in state ${String(bean['FSState'])}`;
      if (bean['NumLiveDataNodes'] !== 1) return 'the NameNode knows no live DataNode yet';
      // The NameNode believes in a DataNode for minutes after it last heard of it.
      const own = await ask(`http://${zone.ip}:${labPorts.hdfsDataHttp}/jmx?qry=java.lang:type=Runtime`);
      return own.status === 200 ? undefined : `the DataNode answers ${own.status}`;
    },
  };
}
