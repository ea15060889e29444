/**
 * Records histories for the replay tests from a running Temporal: `node test/replay/record.ts <config> <version> <id>…`.
 * Record from released code only, never from the branch under test: a history made by new code proves nothing about
 * workflows that are running while new code is rolled out.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { loadConfig } from '../../worker/config/load.ts';
import { connectClient } from '../../worker/temporal.ts';

const [configFile, version, ...workflowIds] = process.argv.slice(2);
if (!configFile || !version || workflowIds.length === 0) {
  console.error('usage: node test/replay/record.ts <config file> <version> <workflow id>…');
  process.exit(2);
}
const { client, close } = await connectClient(await loadConfig(configFile));
const folder = fileURLToPath(new URL(`histories/${version}/`, import.meta.url));
await mkdir(folder, { recursive: true });
for (const workflowId of workflowIds) {
  const handle = client.workflow.getHandle(workflowId);
  const { type } = await handle.describe();
  const name = `${type}.${workflowId.replace(/[^A-Za-z0-9]+/g, '-')}.json`;
  await writeFile(`${folder}${name}`, `${JSON.stringify(historyToJSON(await handle.fetchHistory()))}\n`);
  console.log(`${version}/${name}`);
}
await close();
