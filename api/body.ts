/** Bodies of requests: bounded while they are read, JSON only, checked against a schema with every mistake named. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { Refusal } from '../client/client.ts';

/** The largest body that is read. */
export const maxBodyBytes = 64 << 10;

/** The whole body. @throws Refusal `BodyTooLarge` as soon as it is known, at best before the first byte is read */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new Refusal('BodyTooLarge', `the body is larger than ${maxBodyBytes >> 10} KB`);
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The request lives on after an early end, or there would be no way to answer it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws Refusal `NotJson` unless the body says that it is JSON */
export function requireJson(contentType: string | undefined): void {
  if (/^application\/json\s*(;|$)/i.test(contentType ?? '')) return;
  const given = contentType === undefined ? 'has no Content-Type' : 'has another Content-Type than application/json';
  throw new Refusal('NotJson', `the body ${given}`);
}

/** The body as the schema has it. @throws Refusal `BadInput` with every mistake, each by the name of its field */
export function parseBody<T>(schema: z.ZodType<T>, body: Buffer): T {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refusal('BadInput', 'the body is not valid JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Refusal('BadInput', parsed.error.issues.flatMap(complaintsOf).join('; '));
}

function complaintsOf(issue: z.core.$ZodIssue): string[] {
  const at = (field: PropertyKey[]) => `"${field.join('.')}"`;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${at([...issue.path, key])} is not a field`);
  }
  if (issue.path.length === 0) return ['the body must be one JSON object'];
  return [`${at(issue.path)} ${issue.message.replace(/^Invalid input: /, 'is wrong: ')}`];
}
