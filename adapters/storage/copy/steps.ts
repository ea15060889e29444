/** A file that is copied passes in steps, so that others hear how far it is and can hold it back. */

export interface Steps {
  /** Bytes of a file that pass at once; the last step may be shorter. */
  stepBytes: number;
  /** Called before each step, of which nothing passes until it returns. */
  mayPass(bytes: number): Promise<void>;
}

/**
 * The same bytes, of a file of `sizeBytes`. The first step is asked for when this is called, before the source is
 * opened: a connection that waits for its turn may be taken for a dead one.
 */
export async function inSteps(
  sizeBytes: number,
  { stepBytes, mayPass }: Steps,
): Promise<(body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>> {
  let unasked = sizeBytes;
  let allowed = 0;
  /** False when all of the file may pass already. */
  const ask = async (): Promise<boolean> => {
    if (unasked === 0) return false;
    const step = Math.min(stepBytes, unasked);
    await mayPass(step);
    unasked -= step;
    allowed += step;
    return true;
  };
  await ask();
  return async function* (body) {
    for await (const chunk of body) {
      // A body that is too long is the business of whoever writes it.
      while (chunk.length > allowed && (await ask()));
      allowed = Math.max(0, allowed - chunk.length);
      yield chunk;
    }
  };
}
