import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordJars, verifyJars } from '../../../lab/toolchain/jar-digests.ts';
import { clearLeftovers, replaced, unfinished } from '../../../lab/toolchain/leftovers.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leftovers-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('what killed runs left goes, the thing itself and its neighbours stay', () => {
  const target = join(folder, 'hadoop');
  for (const made of [target, unfinished(target), replaced(target), join(folder, 'hadoop-client.tmp-1')]) {
    mkdirSync(made);
    writeFileSync(join(made, 'a.jar'), 'a');
  }
  clearLeftovers([target, join(folder, 'no-such-folder', 'x')]);
  expect(readdirSync(folder).sort()).toEqual(['hadoop', 'hadoop-client.tmp-1']);
});

test('a jar that changed since its digest was recorded is named', () => {
  const jars = join(folder, 'jars');
  const list = join(folder, 'jars.sha256');
  mkdirSync(jars);
  writeFileSync(join(jars, 'a-1.jar'), 'right');
  expect(verifyJars(jars, list)).toBe(false);
  recordJars(jars, list);
  expect(verifyJars(jars, list)).toBe(true);
  writeFileSync(join(jars, 'a-1.jar'), 'wrong');
  expect(() => verifyJars(jars, list)).toThrow(/a-1\.jar has sha256/);
});
