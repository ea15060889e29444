/**
 * The one container image of the lab: an OCI archive with a static pause program, links and empty mount points.
 * Programs come from the host by hostPath mounts of /usr, the JDK and the Flink home, so nothing is pulled.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachePaths } from '../layout.ts';
import { clearLeftovers, unfinished } from './leftovers.ts';
import type { Made, MakeContext } from './making.ts';
import { runLogged } from './run-logged.ts';
import { digestOf } from './stamp.ts';
import { writeTar } from './ustar.ts';
import type { TarEntry } from './ustar.ts';

/** The image's name, as containerd knows it after `ctr images import`. */
export const imageName = 'docker.io/az-escape-lab/base:1';

const here = dirname(fileURLToPath(import.meta.url));
const pauseFolder = join(here, 'go', 'pause');

const mountPoints = [
  'usr',
  'etc',
  'etc/ssl',
  'opt',
  'opt/flink',
  'proc',
  'sys',
  'dev',
  'run',
  'var',
  'var/run',
  'root',
  'home',
  'state',
];
const links = { bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib', lib64: 'usr/lib64' };
const files = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nflink:x:9999:9999:flink:/opt/flink:/bin/bash\n',
  'etc/group': 'root:x:0:\nflink:x:9999:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
};

/** Architecture names of OCI, which are Go's. */
const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Digest of the image's sources: this file, the tar writer and the pause program. */
export function imageDigest(): string {
  return digestOf([], here, [join(here, 'image.ts'), join(here, 'ustar.ts'), join(pauseFolder, 'main.go')]);
}

/** The image's archive for a given pause program. */
export function imageArchive(pause: Uint8Array, arch: NodeJS.Architecture = process.arch): Buffer {
  const architecture = architectures[arch];
  if (!architecture) throw new Error(`The lab's image can be made for x64 and arm64, not for ${arch}.`);
  const layer = writeTar([
    ...mountPoints.map((name): TarEntry => ({ kind: 'folder', name })),
    { kind: 'folder', name: 'tmp', mode: 0o1777 },
    ...Object.entries(links).map(([name, to]): TarEntry => ({ kind: 'link', name, to })),
    { kind: 'file', name: 'pause', mode: 0o755, content: pause },
    ...Object.entries(files).map(([name, text]): TarEntry => ({ kind: 'file', name, content: Buffer.from(text) })),
  ]);
  const config = json({
    architecture,
    os: 'linux',
    config: { Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'], Entrypoint: ['/pause'] },
    rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
    history: [{ created_by: 'az-escape lab' }],
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('config.v1+json', config),
    layers: [descriptor('layer.v1.tar', layer)],
  });
  const index = json({
    schemaVersion: 2,
    manifests: [
      {
        ...descriptor('manifest.v1+json', manifest),
        annotations: { 'io.containerd.image.name': imageName, 'org.opencontainers.image.ref.name': '1' },
      },
    ],
  });
  const blobs = [layer, config, manifest];
  return writeTar([
    { kind: 'file', name: 'oci-layout', content: json({ imageLayoutVersion: '1.0.0' }) },
    { kind: 'file', name: 'index.json', content: index },
    ...blobs.map((blob): TarEntry => ({ kind: 'file', name: `blobs/sha256/${sha256(blob).slice(7)}`, content: blob })),
  ]);
}

/** Leaves the archive at `cachePaths.image`. */
export async function makeImage(context: MakeContext): Promise<Made> {
  mkdirSync(dirname(cachePaths.image), { recursive: true });
  const pause = unfinished(join(dirname(cachePaths.image), 'pause'));
  const temporary = unfinished(cachePaths.image);
  clearLeftovers([cachePaths.image, join(dirname(cachePaths.image), 'pause')]);
  try {
    await runLogged({
      step: 'image',
      command: 'go',
      args: ['build', '-trimpath', '-ldflags', '-s -w', '-o', pause, '.'],
      cwd: pauseFolder,
      env: { ...process.env, CGO_ENABLED: '0' },
      signal: context.signal,
    });
    writeFileSync(temporary, imageArchive(readFileSync(pause)));
    renameSync(temporary, cachePaths.image);
  } finally {
    rmSync(pause, { force: true });
  }
  return { source: 'built', files: [cachePaths.image] };
}

function descriptor(type: string, content: Buffer): { mediaType: string; digest: string; size: number } {
  return { mediaType: `application/vnd.oci.image.${type}`, digest: sha256(content), size: content.length };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function sha256(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
