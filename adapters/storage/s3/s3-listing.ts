/**
 * One listing of a bucket, page by page, each of which must be a whole answer. Servers and what stands before them have
 * been seen to answer 200 with a login page, with a page that is cut off without a token, and with the same page for
 * ever; the SDK reads all of these as a short listing.
 */
import {
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { OutsideFailure } from '../../failure.ts';
import { s3Failure } from './s3-failure.ts';
import { describeCall, type StoreCall } from '../store-failure.ts';

/** A page of 1,000 keys of 1,024 characters, each of them escaped, stays below. */
const maxPageBytes = 16 << 20;

const rootElement = /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:[\w.-]+:)?ListBucketResult[\s>/]/;

const saysWhetherMore = /<(?:[\w.-]+:)?IsTruncated>\s*(?:true|false)\s*</;

/** Some servers answer with empty pages while they pass over what was deleted. */
const mostEmptyPages = 100;

/** Pages in the order of the listing. @throws OutsideFailure `BadAnswer` for a page that is no whole answer */
export async function* listingPages(
  client: S3Client,
  call: StoreCall,
  input: Omit<ListObjectsV2CommandInput, 'ContinuationToken'>,
  options: { abortSignal?: AbortSignal; requestTimeout: number },
): AsyncIterable<ListObjectsV2CommandOutput> {
  const tokens = new Set<string>();
  const names = new Set<string>();
  let emptyPages = 0;
  for (let token: string | undefined; ;) {
    const page = await onePage(client, call, { ...input, ...(token && { ContinuationToken: token }) }, options);
    const before = names.size;
    addNames(call, page, input, names);
    emptyPages = names.size === before ? emptyPages + 1 : 0;
    yield page;
    if (!page.IsTruncated) return;
    token = page.NextContinuationToken;
    if (!token) throw notWhole(call, 'a page says that more follow, and names no continuation token');
    if (tokens.has(token)) throw notWhole(call, 'a continuation token came twice');
    if (emptyPages > mostEmptyPages) throw notWhole(call, `${emptyPages} pages in a row were empty`);
    tokens.add(token);
  }
}

/** Names of a page that is whole: each in the folder that was asked for, and none that came before. */
function addNames(
  call: StoreCall,
  { Contents = [], CommonPrefixes = [] }: ListObjectsV2CommandOutput,
  { Prefix: folder = '', Delimiter }: ListObjectsV2CommandInput,
  names: Set<string>,
): void {
  for (const name of [...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix)]) {
    if (name === undefined || !name.startsWith(folder)) {
      throw notWhole(call, 'a page names something outside the folder that was asked for');
    }
    if (names.has(name)) throw notWhole(call, 'a name came twice');
    names.add(name);
  }
  if (Delimiter === undefined) return;
  // A server that does not know the delimiter lists a folder's files as if there were no folders.
  const isDeep = Contents.some(({ Key }) => Key!.slice(folder.length, -1).includes(Delimiter));
  const isNoFolder = CommonPrefixes.some(
    ({ Prefix }) => Prefix!.indexOf(Delimiter, folder.length) !== Prefix!.length - 1,
  );
  if (isDeep || isNoFolder) throw notWhole(call, 'what was asked for by folders was not answered by folders');
}

async function onePage(
  client: S3Client,
  call: StoreCall,
  input: ListObjectsV2CommandInput,
  options: { abortSignal?: AbortSignal; requestTimeout: number },
): Promise<ListObjectsV2CommandOutput> {
  const command = new ListObjectsV2Command(input);
  // The SDK drops the name of the root element, so it is looked at before the SDK reads the answer.
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as { statusCode: number; body: unknown };
      if (response.statusCode === 200) response.body = await listingBody(call, response.body);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'requireListing' },
  );
  try {
    return await client.send(command, options);
  } catch (error) {
    throw s3Failure(call, error);
  }
}

async function listingBody(call: StoreCall, body: unknown): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxPageBytes) throw notWhole(call, `a page is longer than ${maxPageBytes} bytes`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (!rootElement.test(bytes.toString('utf8', 0, 4096))) {
    throw notWhole(call, 'the answer is no ListBucketResult (a proxy or a login page in between?)');
  }
  // The SDK takes whatever stands there, and nothing, for "false".
  if (!saysWhetherMore.test(bytes.toString('latin1'))) {
    throw notWhole(call, 'a page does not say whether more follow');
  }
  return bytes;
}

function notWhole(call: StoreCall, why: string): OutsideFailure {
  return new OutsideFailure('BadAnswer', call.system, `${describeCall(call)} got no whole listing: ${why}.`);
}
