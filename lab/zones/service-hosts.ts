/**
 * A process of each zone: keeps a hosts file of the zone's Services for the Flink operator's JVM, which has no cluster
 * DNS to ask. It lists and then watches; whatever goes wrong, it lists anew.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { labZone, labZoneNames, type LabZone } from '../layout.ts';
import { describeError } from './ask.ts';
import { certificateFile, readToken } from './credentials.ts';

interface Service {
  metadata: { namespace: string; name: string; resourceVersion: string };
  spec: { clusterIP?: string };
}

/** The hosts file of a zone: "address name" lines. */
export const serviceHostsFile = (zone: LabZone) => join(zone.dir, 'operator', 'hosts');

/** The hosts file's text: every Service that has an address, as `<name>.<namespace>`. */
export function renderHosts(services: Iterable<Service>): string {
  const lines = ['127.0.0.1 localhost'];
  for (const { metadata, spec } of services)
    if (spec.clusterIP && spec.clusterIP !== 'None')
      lines.push(`${spec.clusterIP} ${metadata.name}.${metadata.namespace}`);
  return `${lines.join('\n')}\n`;
}

function open(zone: LabZone, path: string): Promise<AsyncIterable<string>> {
  return new Promise((resolve, reject) => {
    const request = https.get(
      `${zone.apiServer}${path}`,
      {
        agent: false,
        ca: readFileSync(certificateFile(zone)),
        headers: { authorization: `Bearer ${readToken(zone, 'flink-operator')}` },
        // An API server that was frozen or cut off sends no farewell: a silent watch is given up and begun anew.
        timeout: 45_000,
      },
      (response) => {
        if (response.statusCode === 200) resolve(response.setEncoding('utf8'));
        else reject(new Error(`${path} answers ${response.statusCode}`));
      },
    );
    request.on('timeout', () => request.destroy(new Error('silent for 45 s')));
    request.on('error', reject);
  });
}

async function follow(zone: LabZone): Promise<void> {
  const services = new Map<string, Service>();
  const keyOf = (service: Service) => `${service.metadata.namespace}/${service.metadata.name}`;
  const write = () => {
    const file = serviceHostsFile(zone);
    writeFileSync(`${file}.new`, renderHosts(services.values()));
    renameSync(`${file}.new`, file);
  };
  let text = '';
  for await (const part of await open(zone, '/api/v1/services')) text += part;
  const list = JSON.parse(text) as { items: Service[]; metadata: { resourceVersion: string } };
  for (const service of list.items) services.set(keyOf(service), service);
  write();
  const watch = `/api/v1/services?watch=1&timeoutSeconds=40&resourceVersion=${list.metadata.resourceVersion}`;
  let pending = '';
  for await (const part of await open(zone, watch)) {
    pending += part;
    const lines = pending.split('\n');
    pending = lines.pop()!;
    for (const line of lines) {
      const event = JSON.parse(line) as { type: string; object: Service };
      if (event.type === 'DELETED') services.delete(keyOf(event.object));
      else if (event.type === 'ADDED' || event.type === 'MODIFIED') services.set(keyOf(event.object), event.object);
      else throw new Error(`the watch says ${event.type}`);
    }
    write();
  }
}

/** Follows a zone's Services until the process is ended. */
async function main(name: string | undefined): Promise<never> {
  const known = labZoneNames.find((zone) => zone === name);
  if (!known) throw new Error(`Give a zone: ${labZoneNames.join(' or ')}.`);
  let last: string | undefined;
  for (;;) {
    try {
      await follow(labZone(known));
      last = undefined;
    } catch (error) {
      const what = describeError(error);
      if (what !== last) console.error(new Date().toISOString(), what);
      last = what;
      await sleep(500);
    }
  }
}

if (import.meta.main) await main(process.argv[2]);
