/**
 * Records histories for the replay tests from a running Temporal: `node test/replay/record.ts <config> <version> <id>…`.
 * Record from released code only, never from the branch under test: a history made by new code proves nothing about
 * workflows that are running while new code is rolled out.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cachePaths } from '../../lab/layout.ts';
import { loadConfig } from '../../runtime/config/load.ts';
import { temporalOptions } from '../../client/temporal.ts';

const [configFile, version, ...workflowIds] = process.argv.slice(2);
if (!configFile || !version || workflowIds.length === 0) {
  console.error('usage: node test/replay/record.ts <config file> <version> <workflow id>…');
  process.exit(2);
}
const { connection, namespace } = temporalOptions(await loadConfig(configFile));
const folder = fileURLToPath(new URL(`histories/${version}/`, import.meta.url));
await mkdir(folder, { recursive: true });

/** The CLI writes histories as the UI's download does, which is what a replay reads. */
async function show(workflowId: string): Promise<{ events: Record<string, unknown>[] }> {
  const args = ['workflow', 'show', '--workflow-id', workflowId, '--output', 'json'];
  const where = ['--address', connection.address, '--namespace', namespace];
  const options = { maxBuffer: 64 << 20 };
  const { stdout } = await promisify(execFile)(join(cachePaths.bin, 'temporal'), [...args, ...where], options);
  return JSON.parse(stdout) as { events: Record<string, unknown>[] };
}

for (const workflowId of workflowIds) {
  const history = await show(workflowId);
  const started = history.events[0]?.['workflowExecutionStartedEventAttributes'] as { workflowType: { name: string } };
  const name = `${started.workflowType.name}.${workflowId.replace(/[^A-Za-z0-9]+/g, '-')}.json`;
  // Which process of which machine did the work is nobody's business here.
  const neutral = JSON.stringify(history).replaceAll(/\d+@[\w.-]+/g, 'worker@host');
  await writeFile(`${folder}${name}`, `${neutral}\n`);
  console.log(`${version}/${name}`);
}
