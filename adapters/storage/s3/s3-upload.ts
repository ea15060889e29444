/** Writes a large object in parts, so that memory and the time of one request stay bounded whatever its size. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { Clock } from '../../clock.ts';
import { sendTimeoutMs, type S3Clients } from './s3-client.ts';

/** The least that S3 allows for any part but the last. */
export const leastPartBytes = 5 << 20;

/** S3 allows no more parts of one object. */
const mostParts = 10_000;

/** Parts of one object under way: the next one is read meanwhile. */
const partsAtOnce = 2;

/** How long giving up an upload may take. */
const tidyDeadlineMs = 2_000;

/** Size of the parts in which an object is uploaded: one that is not larger needs no upload in parts. */
export function partBytesFor(sizeBytes: number): number {
  return Math.max(leastPartBytes, Math.ceil(sizeBytes / mostParts));
}

/**
 * Signs a command with the sha256 of its body instead of taking it once more, which would double the dearest part of
 * a small upload. The server refuses the upload if other bytes arrive.
 */
export function withPayloadDigest(command: PutObjectCommand, sha256: string): PutObjectCommand {
  command.middlewareStack.add(
    (next) => async (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256'] = sha256;
      return await next(args);
    },
    { step: 'build', name: 'payloadDigest' },
  );
  return command;
}

/**
 * Uploads the parts, a few at once; the object appears, or is replaced, when the last request takes effect. Where that
 * fails the parts are deleted. A process that dies in between leaves parts that nobody sees: a lifecycle rule of the
 * bucket (`AbortIncompleteMultipartUpload`) removes them. `done` gets each part when its bytes are no longer needed.
 * Throws the SDK's errors, and those of `parts`.
 */
export async function uploadInParts(
  clients: S3Clients,
  target: { Bucket: string; Key: string },
  parts: AsyncIterable<Uint8Array>,
  options: { clock: Clock; done: (part: Uint8Array) => void; signal?: AbortSignal | undefined },
): Promise<void> {
  const { clock, done, signal } = options;
  const sending = signal === undefined ? {} : { abortSignal: signal };
  const { UploadId } = await clients.repeating.send(new CreateMultipartUploadCommand(target), sending);
  const upload = { ...target, UploadId };
  const send = async (Body: Uint8Array, PartNumber: number): Promise<CompletedPart> => {
    const command = new UploadPartCommand({ ...upload, PartNumber, Body });
    const { ETag } = await clients.repeating.send(command, { ...sending, requestTimeout: sendTimeoutMs(Body.length) });
    done(Body);
    return { PartNumber, ETag };
  };
  const uploads: Promise<CompletedPart>[] = [];
  try {
    for await (const Body of parts) {
      const uploading = send(Body, uploads.length + 1);
      // Its failure is met where it is waited for.
      uploading.catch(() => {});
      uploads.push(uploading);
      await uploads.at(-partsAtOnce);
    }
    const Parts = await Promise.all(uploads);
    // Once: if only the answer was lost, a silent second try would find no such upload.
    await clients.once.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }), sending);
  } catch (error) {
    // A part that comes after its upload was given up would stay for ever.
    await Promise.allSettled(uploads);
    const bounded = { abortSignal: clock.timeout(tidyDeadlineMs) };
    const tidied = clients.once.send(new AbortMultipartUploadCommand(upload), bounded).catch(() => {});
    // Who gave up on the call does not wait for its broom.
    if (!signal?.aborted) await tidied;
    throw error;
  }
}
