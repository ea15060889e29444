/** How Flink jobs and this product name the same object: `s3a://bucket/prefix/key` there, `key` here. */
import type { StoreConfig } from './config/types.ts';

export { storeKeys } from './store-keys.ts';

/** Who reads the path: a job of the store's own zone, or one of another zone, which may need another URI scheme. */
export type SeenFrom = 'inZone' | 'fromPeer';

/** All these name the same object of S3: which plug-in of Flink serves it is a matter of the job's settings. */
const s3Schemes = new Set(['s3', 's3a', 's3p', 's3n']);

/** RPC port of a NameNode whose URI names none. */
const defaultHdfsPort = '8020';

/** The object's path inside its bucket or file system, prefix included: no slash at either end. */
export function pathInStore(config: StoreConfig, key: string): string {
  return [config.prefix, key].filter((part) => part !== '').join('/');
}

/**
 * A key as Flink jobs write it: `s3a://bucket/prefix/key` or `hdfs://host:port/prefix/key`. Nothing is
 * percent-encoded: Flink takes the text behind the host as it is. An empty key gives the store's root.
 */
export function flinkPath(config: StoreConfig, key: string, seenFrom: SeenFrom): string {
  const root =
    config.type === 's3' ? `${config.flinkSchemes[seenFrom]}://${config.bucket}` : trimSlashes(config.flinkUri);
  const path = pathInStore(config, key);
  return path === '' ? root : `${root}/${path}`;
}

/**
 * The key of an object that a Flink job names by its full path; undefined when the path lies outside this store
 * (other bucket, other NameNode, other prefix) or is the store's root. Any S3 scheme is taken.
 */
export function keyOfFlinkPath(config: StoreConfig, path: string): string | undefined {
  const found = splitFlinkPath(path);
  const root = splitFlinkPath(flinkPath(config, '', 'inZone'));
  if (found === undefined || root === undefined) return undefined;
  if (found.scheme !== root.scheme || found.authority !== root.authority) return undefined;
  if (root.path === '') return found.path === '' ? undefined : found.path;
  return found.path.startsWith(`${root.path}/`) ? found.path.slice(root.path.length + 1) : undefined;
}

/**
 * The whole bucket or file system of a store: its keys are whole paths. Flink's own files lie where the job's settings
 * say, outside the store's prefix.
 */
export function wholeStore<T extends StoreConfig>(config: T): T {
  return { ...config, prefix: '' };
}

/**
 * True if two paths name the same snapshot or object: S3 schemes count as one, repeated and trailing slashes and a
 * trailing `/_metadata` do not count, `hdfs://host` has port 8020. Two texts that are no paths are never the same.
 */
export function samePath(a: string, b: string): boolean {
  const [left, right] = [splitFlinkPath(a), splitFlinkPath(b)];
  if (left === undefined || right === undefined) return false;
  return (
    left.scheme === right.scheme &&
    left.authority === right.authority &&
    snapshotFolder(left.path) === snapshotFolder(right.path)
  );
}

interface FlinkPathParts {
  scheme: string;
  /** Bucket, or host and port; empty for local files. */
  authority: string;
  path: string;
}

/** Both `file:/x` and `file:///x` are usual, so the authority is optional. */
function splitFlinkPath(text: string): FlinkPathParts | undefined {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/([^/]*))?(.*)$/s.exec(text.trim());
  if (!match) return undefined;
  const [, schemeText = '', authorityText = '', pathText = ''] = match;
  const path = trimSlashes(pathText.replaceAll(/\/{2,}/g, '/'));
  const scheme = schemeText.toLowerCase();
  if (s3Schemes.has(scheme)) {
    return authorityText === '' ? undefined : { scheme: 's3', authority: authorityText, path };
  }
  if (scheme === 'hdfs') {
    // Without a host the path means "whatever the reader's default file system is": it names no object by itself.
    if (authorityText === '') return undefined;
    const host = authorityText.toLowerCase();
    return { scheme, authority: /:\d+$/.test(host) ? host : `${host}:${defaultHdfsPort}`, path };
  }
  return { scheme, authority: authorityText, path };
}

/** Flink names a snapshot by its folder or by the `_metadata` in it. */
function snapshotFolder(path: string): string {
  return path.endsWith('/_metadata') ? path.slice(0, -'/_metadata'.length) : path;
}

function trimSlashes(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === '/') start += 1;
  while (end > start && text[end - 1] === '/') end -= 1;
  return text.slice(start, end);
}
