import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSecret } from '../../../adapters/secrets.ts';

describe('reading a secret', () => {
  let folder: string;
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'secrets-'))));
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it('takes an environment variable as it is', async () => {
    vi.stubEnv('STORE_KEY', ' spaced ');
    expect(await readSecret({ env: 'STORE_KEY' })).toBe(' spaced ');
  });

  it.each([
    ['value\n', 'value'],
    ['value\r\n', 'value'],
    ['value', 'value'],
    ['two\nlines\n', 'two\nlines'],
    [' spaced ', ' spaced '],
  ])('takes the file %j as %j', async (text, value) => {
    await writeFile(join(folder, 'key'), text);
    expect(await readSecret({ file: join(folder, 'key') })).toBe(value);
  });

  it('reads again what was changed', async () => {
    await writeFile(join(folder, 'key'), 'old');
    await readSecret({ file: join(folder, 'key') });
    await writeFile(join(folder, 'key'), 'new');
    expect(await readSecret({ file: join(folder, 'key') })).toBe('new');
  });

  it('names the source of a missing or empty secret', async () => {
    vi.stubEnv('STORE_KEY', '');
    await writeFile(join(folder, 'empty'), '\n');
    await expect(readSecret({ env: 'STORE_KEY' })).rejects.toMatchObject({
      failureClass: 'Unauthorized',
      message: expect.stringContaining('environment variable STORE_KEY'),
    });
    await expect(readSecret({ file: join(folder, 'empty') })).rejects.toThrow(/empty is empty/);
    await expect(readSecret({ file: join(folder, 'none') })).rejects.toThrow(/none cannot be read \(ENOENT\)/);
  });
});
