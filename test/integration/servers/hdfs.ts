/** A real HDFS of one's own: a NameNode and a DataNode over a temporary folder. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cachePaths } from '../../../lab/layout.ts';
import { freePorts, startServer, type ServerProcess } from './process.ts';

export interface HdfsServer {
  /** The NameNode's HTTP address. */
  endpoint: string;
  /** `hdfs://host:port` */
  uri: string;
  /** Who may do everything; others may only read. */
  superuser: string;
  /** Port to which the NameNode sends those who bring or want bytes. */
  dataNodePort: number;
  nameNode: ServerProcess;
  dataNode: ServerProcess;
  stop(): Promise<void>;
}

const javaOptions = [
  '-Xmx200m',
  '-Xms32m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
];

/** Starts both on free ports of the loopback, out of safe mode and able to store. `stop` also removes their folder. */
export async function startHdfs(): Promise<HdfsServer> {
  const home = await mkdtemp(join(tmpdir(), 'az-escape-hdfs-'));
  const [rpc = 0, http = 0, data = 0, dataHttp = 0, dataIpc = 0] = await freePorts(5);
  const endpoint = `http://127.0.0.1:${http}`;
  const uri = `hdfs://127.0.0.1:${rpc}`;
  // The NameNode looks for its web pages on the class path and does not start without the folders.
  for (const web of ['hdfs', 'datanode', 'static', 'secondary']) {
    await mkdir(join(home, 'web', 'webapps', web, 'WEB-INF'), { recursive: true });
  }
  await mkdir(join(home, 'conf'));
  await writeFile(join(home, 'conf', 'core-site.xml'), configurationXml({ 'fs.defaultFS': uri }));
  await writeFile(
    join(home, 'conf', 'hdfs-site.xml'),
    configurationXml({
      'dfs.replication': '1',
      'dfs.permissions.enabled': 'true',
      'dfs.namenode.name.dir': `file://${home}/name`,
      'dfs.datanode.data.dir': `file://${home}/data`,
      'dfs.namenode.rpc-address': `127.0.0.1:${rpc}`,
      'dfs.namenode.http-address': `127.0.0.1:${http}`,
      'dfs.datanode.address': `127.0.0.1:${data}`,
      'dfs.datanode.http.address': `127.0.0.1:${dataHttp}`,
      'dfs.datanode.ipc.address': `127.0.0.1:${dataIpc}`,
      'dfs.datanode.hostname': '127.0.0.1',
      'dfs.namenode.datanode.registration.ip-hostname-check': 'false',
      'dfs.namenode.safemode.extension': '0',
      // Pages of listings small enough for a test to need several.
      'dfs.ls.limit': '100',
    }),
  );
  const classPath = [join(home, 'conf'), join(cachePaths.hadoop, '*'), join(home, 'web')].join(':');
  const java = (main: string) => [...javaOptions, `-Dhadoop.log.dir=${home}/log`, '-cp', classPath, main];
  const nameNodeMain = 'org.apache.hadoop.hdfs.server.namenode.NameNode';
  await promisify(execFile)('java', [...java(nameNodeMain), '-format', '-force', '-nonInteractive']);
  const nameNode = await startServer({
    command: 'java',
    args: java(nameNodeMain),
    logFile: join(home, 'name.log'),
    ready: async () => (await fetch(`${endpoint}/webhdfs/v1/?op=GETFILESTATUS`)).ok,
    deadlineMs: 60_000,
  });
  const dataNode = await startServer({
    command: 'java',
    args: java('org.apache.hadoop.hdfs.server.datanode.DataNode'),
    logFile: join(home, 'data.log'),
    ready: () => takesFiles(endpoint),
    deadlineMs: 60_000,
  }).catch(async (error: unknown) => {
    await nameNode.stop();
    throw error;
  });
  const stop = async () => {
    await dataNode.stop();
    await nameNode.stop();
    await rm(home, { recursive: true, force: true });
  };
  return { endpoint, uri, superuser: userInfo().username, dataNodePort: dataHttp, nameNode, dataNode, stop };
}

/** A DataNode counts as live a moment before the NameNode gives files to it, so ask for what is wanted. */
async function takesFiles(endpoint: string): Promise<boolean> {
  const query = `op=CREATE&noredirect=true&user.name=${userInfo().username}`;
  return (await fetch(`${endpoint}/webhdfs/v1/ready?${query}`, { method: 'PUT' })).ok;
}

function configurationXml(properties: Record<string, string>): string {
  const lines = Object.entries(properties).map(
    ([name, value]) => `  <property><name>${name}</name><value>${value}</value></property>`,
  );
  return `<configuration>\n${lines.join('\n')}\n</configuration>\n`;
}
