/** The first file of a zone's HDFS, by the way that the product takes. */
import type { LabZone } from '../layout.ts';
import { ask, waitUntil, type Answer } from './ask.ts';

const path = '/.first-file';
const deadlineMs = 60_000;

/** A JVM loads what it needs for its first file when it is asked for one, on busy cores for longer than a probe waits. */
export async function writeFirstFile(zone: LabZone): Promise<void> {
  await waitUntil(`${zone.name}: a first file in HDFS`, () => missingForFile(zone), deadlineMs);
}

async function missingForFile(zone: LabZone): Promise<string | undefined> {
  const nameNode = (method: string, query: string) =>
    ask(`${zone.hdfs.http}/webhdfs/v1${path}?user.name=root&${query}`, { method, timeoutMs: 4_000 });
  const place = await nameNode('PUT', 'op=CREATE&overwrite=true&noredirect=true');
  if (place.status !== 200) return refusal('the NameNode', place);
  const { Location } = JSON.parse(place.body) as { Location: string };
  const written = await ask(Location, { method: 'PUT', body: 'first', timeoutMs: 4_000 });
  if (written.status !== 201) return refusal('the DataNode', written);
  const deleted = await nameNode('DELETE', 'op=DELETE');
  return deleted.status === 200 ? undefined : refusal('the NameNode', deleted);
}

function refusal(who: string, { status, body }: Answer): string {
  return `${who} answers ${status}: ${body.slice(0, 200)}`;
}
