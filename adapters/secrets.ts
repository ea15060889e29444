/** Reads secrets where the configuration says that they are. */
import { readFile } from 'node:fs/promises';
import type { SecretSource } from '../model/config/types.ts';
import { OutsideFailure } from './failure.ts';

/**
 * The value of a secret, read now: from an environment variable, or from a file without the line end that editors and
 * `echo` add. Fails with `Unauthorized` if it is missing or empty; the sentence names the source, never the value.
 */
export async function readSecret(source: SecretSource): Promise<string> {
  if ('env' in source) {
    const value = process.env[source.env];
    if (value === undefined || value === '') {
      throw unreadable(`environment variable ${source.env}`, 'is not set or empty', undefined);
    }
    return value;
  }
  let text: string;
  try {
    text = await readFile(source.file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw unreadable(`file ${source.file}`, `cannot be read${code}`, error);
  }
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw unreadable(`file ${source.file}`, 'is empty', undefined);
  return value;
}

function unreadable(source: string, problem: string, cause: unknown): OutsideFailure {
  const message = `The secret in ${source} ${problem}: provide it to the worker, or correct the configuration.`;
  return new OutsideFailure('Unauthorized', `secret ${source}`, message, { cause });
}
