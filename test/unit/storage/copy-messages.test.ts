import { describe, expect, it } from 'vitest';
import { OutsideFailure } from '../../../adapters/failure.ts';
import { FileGone } from '../../../adapters/storage/copy/copy-file.ts';
import { failureFrom, plainFailure } from '../../../adapters/storage/copy/copy-messages.ts';

/** As it comes out of another thread. */
const carried = (error: unknown) => failureFrom(structuredClone(plainFailure(error)));

describe('a failure that comes from a copying thread', () => {
  it('keeps the class, the sentence and what the store asked for', () => {
    const cause = new Error('a body that cannot be cloned', { cause: () => {} });
    const options = { status: 503, retryAfterMs: 2_000, cause };
    const failure = carried(new OutsideFailure('Throttled', 'store az-b/s3', 'store az-b/s3: slow down.', options));
    expect(failure).toBeInstanceOf(OutsideFailure);
    expect(failure).toMatchObject({
      failureClass: 'Throttled',
      retryable: true,
      system: 'store az-b/s3',
      message: 'store az-b/s3: slow down.',
      status: 503,
      retryAfterMs: 2_000,
    });
    expect(carried(new OutsideFailure('Invalid', 'store az-b/s3', 'No.'))).toMatchObject({
      retryable: false,
      status: undefined,
      retryAfterMs: undefined,
    });
  });

  it('stays a file that is gone', () => {
    expect(carried(new FileGone('a is not in the store'))).toEqual(new FileGone('a is not in the store'));
  });

  it('stays a mistake of ours, with the place where it was made', () => {
    const error = new TypeError('undefined is not a function');
    expect(carried(error)).toMatchObject({ message: error.message, stack: error.stack });
    expect(carried(error)).not.toBeInstanceOf(OutsideFailure);
    expect(carried('a word').message).toBe('a word');
  });
});
