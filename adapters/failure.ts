/**
 * Failures of the outside world, classed once, at the edge. Adapters throw `OutsideFailure`; the worker's interceptor
 * turns it into Temporal's ApplicationFailure with `type` and retryability kept.
 */

/** Every class of outside failure, and whether the same call may succeed later. */
export const failureClasses = {
  /** 401, 403, wrong key or token. */
  Unauthorized: { retryable: false },
  /** What was addressed is not there, and should be (bucket, namespace, CRD). */
  NotFound: { retryable: false },
  /** The request itself is refused: 400, 422, a schema violation. */
  Invalid: { retryable: false },
  /** An object is larger than the caller allows. */
  TooLarge: { retryable: false },
  /** Somebody else changed it meanwhile: 409, 412. Read again, then repeat. */
  Conflict: { retryable: true },
  /** 429 and the like. */
  Throttled: { retryable: true },
  /** 5xx. */
  Unavailable: { retryable: true },
  /** No connection, reset, name not resolved, deadline passed. */
  Unreachable: { retryable: true },
  /** The answer cannot be understood. */
  BadAnswer: { retryable: true },
} as const;

export type FailureClass = keyof typeof failureClasses;

/** An outside failure with its class; `message` is one sentence that names system, operation and object. */
export class OutsideFailure extends Error {
  override readonly name: string = 'OutsideFailure';
  readonly failureClass: FailureClass;
  /** Which system: for example "store az-b/s3", "kubernetes az-b", "flink az-b/default/orders". */
  readonly system: string;
  /** HTTP status, where there was one. */
  readonly status: number | undefined;
  /** What the other side asked us to wait (Retry-After), in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    failureClass: FailureClass,
    system: string,
    message: string,
    options: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.failureClass = failureClass;
    this.system = system;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }

  get retryable(): boolean {
    return failureClasses[this.failureClass].retryable;
  }
}
