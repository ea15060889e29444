/** What goes through Temporal goes as bytes, and no payload may pass the limit of its server. */
import { defaultFailureConverter, defaultPayloadConverter, type Payload } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';

export type Failure = temporal.api.failure.v1.IFailure;

/** Above this a server warns; the design allows no more. */
const mostBytes = 256 * 1024;

export class PayloadTooLarge extends Error {
  override readonly name = 'PayloadTooLarge';
}

/** @throws PayloadTooLarge */
export function checkedSize(payloads: readonly Payload[], of: string): Payload[] {
  const bytes = payloads.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
  if (bytes > mostBytes) throw new PayloadTooLarge(`${of} has ${bytes} bytes; ${mostBytes} are allowed`);
  return [...payloads];
}

export function encode(value: unknown, of: string): Payload {
  const payload = defaultPayloadConverter.toPayload(value);
  return checkedSize([payload], of)[0]!;
}

export function decode(payload: Payload | null | undefined): unknown {
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}

export function encodeError(error: unknown): Failure {
  const failure = defaultFailureConverter.errorToFailure(error, defaultPayloadConverter) as Failure;
  // Paths of this machine are no part of an event log.
  for (let one: Failure | null | undefined = failure; one; one = one.cause) one.stackTrace = '';
  return failure;
}

export function decodeFailure(failure: Failure): Error {
  type Given = Parameters<typeof defaultFailureConverter.failureToError>[0];
  return defaultFailureConverter.failureToError(failure as Given, defaultPayloadConverter);
}
