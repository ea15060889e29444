/** Writes a large object in parts, so that memory and the time of one request stay bounded whatever its size. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import type { S3Clients } from './s3-client.ts';

/** The least that S3 allows for any part but the last. Each must be through within the client's time-out for an answer. */
const leastPartBytes = 5 << 20;

/** S3 allows no more parts of one object. */
const mostParts = 10_000;

/** How long giving up an upload may take. */
const tidyDeadlineMs = 2_000;

/** Size of the parts in which an object is uploaded: one that is not larger needs no upload in parts. */
export function partBytesFor(sizeBytes: number): number {
  return Math.max(leastPartBytes, Math.ceil(sizeBytes / mostParts));
}

/**
 * Uploads the parts one after the other; the object appears, or is replaced, when the last request takes effect. Where
 * that fails the parts are deleted. A process that dies in between leaves parts that nobody sees: a lifecycle rule of
 * the bucket (`AbortIncompleteMultipartUpload`) removes them. Throws the SDK's errors, and those of `parts`.
 */
export async function uploadInParts(
  clients: S3Clients,
  target: { Bucket: string; Key: string },
  parts: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = signal === undefined ? {} : { abortSignal: signal };
  const { UploadId } = await clients.repeating.send(new CreateMultipartUploadCommand(target), options);
  const upload = { ...target, UploadId };
  try {
    const done: CompletedPart[] = [];
    for await (const Body of parts) {
      const PartNumber = done.length + 1;
      const { ETag } = await clients.repeating.send(new UploadPartCommand({ ...upload, PartNumber, Body }), options);
      done.push({ PartNumber, ETag });
    }
    // Once: if only the answer was lost, a silent second try would find no such upload.
    await clients.once.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: done } }),
      options,
    );
  } catch (error) {
    const bounded = { abortSignal: AbortSignal.timeout(tidyDeadlineMs) };
    const tidied = clients.once.send(new AbortMultipartUploadCommand(upload), bounded).catch(() => {});
    // Who gave up on the call does not wait for its broom.
    if (!signal?.aborted) await tidied;
    throw error;
  }
}
