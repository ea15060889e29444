/** What travels between the thread that asks for copies and those that make them: plain data, no secrets. */
import type { ShipCopy } from '../../../model/snapshot/ship-plan.ts';
import { OutsideFailure, type FailureClass } from '../../failure.ts';
import { FileGone } from './copy-file.ts';
import type { StoreAddress } from '../port.ts';

/** To a copying thread. */
export type CopyRequest =
  | { kind: 'copy'; id: number; from: StoreAddress; to: StoreAddress; file: ShipCopy; stepBytes?: number }
  /** The step that the thread asked for may pass. */
  | { kind: 'pass'; id: number }
  /** The copy is no longer wanted; `late`: because its deadline passed. It is answered all the same. */
  | { kind: 'stop'; id: number; late: boolean };

/** From a copying thread, while it copies in steps: it waits until so many bytes may pass. */
export interface CopyStep {
  id: number;
  stepBytes: number;
}

/** From a copying thread: one to each copy. */
export type CopyAnswer = { id: number; sha256: string } | { id: number; failure: PlainFailure };

/** An error as data: what a receiver needs to tell a file that is gone from a store that is down, and both from a bug. */
export type PlainFailure =
  | { kind: 'gone'; message: string }
  | {
      kind: 'outside';
      failureClass: FailureClass;
      system: string;
      message: string;
      status?: number;
      retryAfterMs?: number;
    }
  | { kind: 'other'; message: string; stack?: string };

export function plainFailure(error: unknown): PlainFailure {
  if (error instanceof FileGone) return { kind: 'gone', message: error.message };
  if (error instanceof OutsideFailure) {
    const { failureClass, system, message, status, retryAfterMs } = error;
    return {
      kind: 'outside',
      failureClass,
      system,
      message,
      ...(status === undefined ? {} : { status }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  if (!(error instanceof Error)) return { kind: 'other', message: String(error) };
  return { kind: 'other', message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}

/** The same error again, without its cause. */
export function failureFrom(plain: PlainFailure): Error {
  switch (plain.kind) {
    case 'gone':
      return new FileGone(plain.message);
    case 'outside':
      return new OutsideFailure(plain.failureClass, plain.system, plain.message, plain);
    case 'other': {
      const error = new Error(plain.message);
      if (plain.stack !== undefined) error.stack = plain.stack;
      return error;
    }
  }
}
