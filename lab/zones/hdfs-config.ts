/** Configuration of a zone's HDFS, as the text of Hadoop's files. */
import { join } from 'node:path';
import { labPorts, type LabZone } from '../layout.ts';

/** Folders of a zone's HDFS. */
export const hdfsPaths = (zone: LabZone) => {
  const dir = join(zone.dir, 'hdfs');
  return {
    dir,
    conf: join(dir, 'conf'),
    names: join(dir, 'names'),
    blocks: join(dir, 'blocks'),
    log: join(zone.dir, 'log'),
  };
};

/** A Hadoop configuration file. */
export function renderHadoopXml(properties: Readonly<Record<string, string | number | boolean>>): string {
  const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const lines = Object.entries(properties).map(
    ([name, value]) => `  <property><name>${escape(name)}</name><value>${escape(String(value))}</value></property>`,
  );
  return `<?xml version="1.0"?>\n<configuration>\n${lines.join('\n')}\n</configuration>\n`;
}

/** core-site.xml: what clients in the zone need, too. */
export function renderCoreSite(zone: LabZone): string {
  return renderHadoopXml({
    'fs.defaultFS': zone.hdfs.uri,
    'hadoop.tmp.dir': join(hdfsPaths(zone).dir, 'tmp'),
    'hadoop.http.staticuser.user': 'root',
    // No DNS: host names are never looked up.
    'hadoop.security.token.service.use_ip': true,
  });
}

/** hdfs-site.xml: one DataNode, no replicas, everything on the zone's address. */
export function renderHdfsSite(zone: LabZone): string {
  const { names, blocks } = hdfsPaths(zone);
  const at = (port: number) => `${zone.ip}:${port}`;
  return renderHadoopXml({
    'dfs.replication': 1,
    'dfs.permissions.enabled': false,
    'dfs.webhdfs.enabled': true,
    'dfs.namenode.name.dir': `file://${names}`,
    'dfs.datanode.data.dir': `file://${blocks}`,
    'dfs.namenode.rpc-address': at(labPorts.hdfsRpc),
    'dfs.namenode.http-address': at(labPorts.hdfsHttp),
    'dfs.namenode.secondary.http-address': `${zone.ip}:0`,
    'dfs.datanode.address': at(labPorts.hdfsData),
    'dfs.datanode.http.address': at(labPorts.hdfsDataHttp),
    'dfs.datanode.ipc.address': at(labPorts.hdfsDataIpc),
    'dfs.datanode.hostname': zone.ip,
    'dfs.client.use.datanode.hostname': true,
    'dfs.namenode.datanode.registration.ip-hostname-check': false,
    'dfs.namenode.safemode.extension': 0,
    'dfs.namenode.fs-limits.min-block-size': 0,
    'dfs.datanode.handler.count': 4,
    'dfs.namenode.handler.count': 6,
    'dfs.client.block.write.replace-datanode-on-failure.policy': 'NEVER',
    // How soon a DataNode finds its NameNode again after both came back.
    'dfs.heartbeat.interval': 2,
    'dfs.datanode.directoryscan.interval': -1,
  });
}
