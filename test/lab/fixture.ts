/** A fresh lab with the sample jobs running in az-a, a worker, and the product's client: what the lab's tests stand on. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { parse, stringify } from 'yaml';
import { startWorker, type WorkerProcess } from '../../cli/demo/worker-process.ts';
import { labDown } from '../../lab/commands/down.ts';
import { labUp } from '../../lab/commands/up.ts';
import { deploySampleJobs } from '../../lab/jobs/deploy.ts';
import { sampleJobs, type SampleJob } from '../../lab/jobs/sample-jobs.ts';
import { labHome, type LabZoneName } from '../../lab/layout.ts';
import { writeLabConfig } from '../../lab/product-config.ts';
import type { Config } from '../../model/config/types.ts';
import { loadConfig } from '../../runtime/config/load.ts';
import { connectClient } from '../../client/temporal.ts';
import { openPorts, type OpenPorts } from '../../runtime/open-ports.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

export interface LabFixture {
  configFile: string;
  config: Config;
  client: Client;
  /** The test's own eyes; the worker has others. */
  world: OpenPorts;
  worker: WorkerProcess;
  /** Starts another worker in place of one that was killed. */
  startWorker(): Promise<void>;
  close(): Promise<void>;
}

const say = (line: string) => process.stderr.write(`${line}\n`);

/**
 * Brings everything up from nothing, whatever an earlier run left.
 * @param jobs of az-a
 * @param inPeer jobs of az-b
 */
export async function freshLab(
  jobs: readonly SampleJob[] = sampleJobs,
  // oxlint-disable-next-line no-explicit-any -- a parsed file of any shape
  edit?: (document: any) => void,
  inPeer: readonly SampleJob[] = [],
): Promise<LabFixture> {
  await labDown({ purge: true }, say);
  await labUp(say);
  const configFile = await edited(await writeLabConfig(), edit);
  const config = await loadConfig(configFile);
  const logFile = join(labHome, 'logs', 'worker.log');
  const { client, close } = await connectClient(config);
  const world = openPorts(config, { info: () => {}, warn: () => {} });
  const fixture: LabFixture = {
    configFile,
    config,
    client,
    world,
    worker: await startWorker(configFile, logFile),
    async startWorker() {
      fixture.worker = await startWorker(configFile, logFile);
    },
    async close() {
      await fixture.worker.stop();
      await world.close();
      await close();
      await labDown({ purge: true }, say);
    },
  };
  const deploy = (zone: LabZoneName, of: readonly SampleJob[]) =>
    deploySampleJobs(zone, { jobs: of, onProgress: ({ name }, { stage }) => say(`${zone}  ${name} ${stage}`) });
  try {
    await Promise.all([deploy('az-a', jobs), deploy('az-b', inPeer)]);
  } catch (error) {
    // Its worker would serve the next lab's escapes with what it knows of this one.
    await fixture.close();
    throw error;
  }
  return fixture;
}

export interface CommandResult {
  code: number;
  out: string;
  err: string;
}

/** Runs the `az-escape` command as a user would. */
export function azEscape(configFile: string, ...args: string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const node = ['--disable-warning=ExperimentalWarning', main, '--config', configFile, ...args];
    const child = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'pipe'] });
    const result = { code: -1, out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (result.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (result.err += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...result, code: code ?? -1 }));
  });
}

// oxlint-disable-next-line no-explicit-any -- as above
async function edited(file: string, edit: ((document: any) => void) | undefined): Promise<string> {
  if (!edit) return file;
  const document: unknown = parse(await readFile(file, 'utf8'));
  edit(document);
  return writeVariant(document);
}

/** Writes a variant of the configuration file and returns its path. */
export async function writeVariant(document: unknown): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'az-escape-config-')), 'az-escape.yaml');
  await writeFile(file, stringify(document));
  return file;
}
