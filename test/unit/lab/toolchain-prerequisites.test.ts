import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findJdkHome, jdkHostFolders } from '../../../lab/toolchain/jdk.ts';
import { debianPackages, describeMissing, prerequisites } from '../../../lab/toolchain/prerequisites.ts';

describe('describeMissing', () => {
  const missing = prerequisites.filter((each) => /^(Go|JDK|Maven|containerd)/.test(each.name));

  test('names all at once', () => {
    expect(describeMissing(missing)).toContain('This machine lacks Go 1.26 or newer, JDK 17, Maven, containerd.');
  });

  test('gives one command for all Debian packages', () => {
    expect(describeMissing(missing)).toContain('apt-get install openjdk-17-jdk-headless maven containerd ');
    expect(debianPackages(missing)).toEqual(['openjdk-17-jdk-headless', 'maven', 'containerd']);
  });

  test('says where from what Debian does not have', () => {
    expect(describeMissing(missing)).toMatch(/^Go 1\.26 or newer: Debian 12 .*go\.dev/m);
  });
});

describe('the JDK', () => {
  let folder: string;
  let jdk17: string;
  let jdk25: string;

  const makeJdk = (name: string, version: string) => {
    const home = join(folder, name);
    mkdirSync(join(home, 'bin'), { recursive: true });
    writeFileSync(join(home, 'release'), `IMPLEMENTOR="x"\nJAVA_VERSION="${version}"\n`);
    writeFileSync(join(home, 'bin', 'javac'), '');
    return home;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jdk-'));
    jdk17 = makeJdk('seventeen', '17.0.15');
    jdk25 = makeJdk('twenty-five', '25.0.3');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('JAVA_HOME counts if it is a 17', () => {
    expect(findJdkHome({ JAVA_HOME: jdk17, PATH: '' })).toBe(jdk17);
  });

  test('JAVA_HOME of another version does not', () => {
    expect(findJdkHome({ JAVA_HOME: jdk25, PATH: '' })).not.toBe(jdk25);
  });

  test('folders outside /usr that it links to are found', () => {
    symlinkSync('/etc/passwd', join(jdk17, 'settings'));
    expect(jdkHostFolders(jdk17)).toEqual(['/etc/passwd', jdk17].sort());
  });
});
