/** A failure that the user is meant to read: a code of `model/error-codes.ts` and one sentence. Never retried. */
import type { ErrorCode } from '../model/error-codes.ts';

export class TypedFailure extends Error {
  override readonly name = 'TypedFailure';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, sentence: string) {
    super(sentence);
    this.code = code;
  }
}
