import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { artifactOf, orderJars } from '../../../lab/toolchain/class-path.ts';
import { imageArchive, imageName } from '../../../lab/toolchain/image.ts';
import { compareDigests, parseDigests } from '../../../lab/toolchain/jar-digests.ts';
import { writeTar } from '../../../lab/toolchain/ustar.ts';

const tar = (archive: Buffer, ...args: string[]) => execFileSync('tar', args, { input: archive, encoding: 'utf8' });

describe('writeTar', () => {
  const archive = writeTar([
    { kind: 'folder', name: 'tmp', mode: 0o1777 },
    { kind: 'link', name: 'bin', to: 'usr/bin' },
    { kind: 'file', name: 'etc/passwd', content: Buffer.from('root:x:0:0\n') },
    { kind: 'file', name: 'full-block', mode: 0o755, content: Buffer.alloc(512, 'x') },
  ]);

  test('tar lists it', () => {
    expect(tar(archive, '-tf', '-').trim().split('\n')).toEqual(['tmp/', 'bin', 'etc/passwd', 'full-block']);
  });

  test('tar reads modes, links and sizes', () => {
    const listing = tar(archive, '-tvf', '-');
    expect(listing).toMatch(/^drwxrwxrwt root\/root .* tmp\/$/m);
    expect(listing).toMatch(/^lrwxrwxrwx root\/root .* bin -> usr\/bin$/m);
    expect(listing).toMatch(/^-rwxr-xr-x root\/root +512 .* full-block$/m);
  });

  test('tar reads the content', () => {
    expect(tar(archive, '-xOf', '-', 'etc/passwd')).toBe('root:x:0:0\n');
  });

  test('a name that does not fit is refused', () => {
    expect(() => writeTar([{ kind: 'folder', name: 'x'.repeat(100) }])).toThrow('too long');
  });
});

test('the image is an OCI archive whose every blob is there', () => {
  const archive = imageArchive(Buffer.from('program'), 'x64');
  const index = JSON.parse(tar(archive, '-xOf', '-', 'index.json')) as {
    manifests: { digest: string; annotations: Record<string, string> }[];
  };
  const [entry] = index.manifests;
  expect(entry?.annotations['io.containerd.image.name']).toBe(imageName);
  const blob = (digest: string) => `blobs/sha256/${digest.replace('sha256:', '')}`;
  const manifest = JSON.parse(tar(archive, '-xOf', '-', blob(entry?.digest ?? ''))) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  const names = tar(archive, '-tf', '-').trim().split('\n');
  for (const part of [manifest.config, ...manifest.layers]) expect(names).toContain(blob(part.digest));
});

test('the image is made for known architectures only', () => {
  expect(() => imageArchive(Buffer.alloc(0), 's390x')).toThrow('not for s390x');
});

describe('jars', () => {
  test('artifacts', () => {
    expect(artifactOf('flink-shaded-guava-31.1-jre-17.0.jar')).toBe('flink-shaded-guava');
    expect(artifactOf('log4j-1.2-api-2.24.3.jar')).toBe('log4j');
    expect(artifactOf('flink-core-1.20.0.jar')).toBe('flink-core');
  });

  test('named artifacts stand in front, the rest by name', () => {
    const jars = ['b-1.0.jar', 'flink-core-1.20.0.jar', 'a-2.jar', 'flink-runtime-1.20.0.jar'];
    expect(orderJars(jars, ['flink-runtime', 'flink-core'])).toEqual([
      'flink-runtime-1.20.0.jar',
      'flink-core-1.20.0.jar',
      'a-2.jar',
      'b-1.0.jar',
    ]);
  });

  test('every difference from the list is named', () => {
    const digest = (letter: string) => letter.repeat(64);
    const listed = parseDigests(`${digest('a')}  lib/a.jar\n${digest('b')}  lib/b.jar\n${digest('c')}  lib/c.jar\n`);
    const found = new Map([
      ['lib/a.jar', digest('a')],
      ['lib/b.jar', digest('d')],
      ['lib/e.jar', digest('e')],
    ]);
    expect(compareDigests(listed, listed)).toEqual([]);
    expect(compareDigests(listed, found)).toEqual([
      `lib/b.jar has sha256 ${digest('d')}, not ${digest('b')}`,
      'lib/c.jar is missing',
      'lib/e.jar is not in the list',
    ]);
  });
});
