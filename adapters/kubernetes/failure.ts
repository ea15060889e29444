/** What the API server's refusals mean, classed in one place. */
import type { BoundedAnswer } from '../bounded-request.ts';
import type { FailureClass } from '../failure.ts';
import { OutsideFailure } from '../failure.ts';

/** The API server's own error object (meta/v1 Status), as far as it is read. */
export interface KubernetesStatus {
  kind: 'Status';
  status?: string;
  reason?: string;
  message?: string;
  code?: number;
  details?: { uid?: string; retryAfterSeconds?: number };
}

/** The Status in an answer's body; undefined for everything else, such as a proxied Flink answer or plain text. */
export function statusOf(body: string): KubernetesStatus | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const parsed = JSON.parse(body) as Partial<KubernetesStatus>;
    return parsed.kind === 'Status' ? (parsed as KubernetesStatus) : undefined;
  } catch {
    return undefined;
  }
}

/** True when the answer says that the object is absent, and not that its whole kind is unknown. */
export function isAbsentObject(answer: BoundedAnswer): boolean {
  // An unknown kind (no CRD) is answered with the plain text "404 page not found".
  return answer.status === 404 && statusOf(answer.body)?.reason === 'NotFound';
}

function classOf(status: number): FailureClass {
  switch (status) {
    case 401:
    case 403:
      return 'Unauthorized';
    case 404:
      return 'NotFound';
    case 409:
      return 'Conflict';
    case 429:
      return 'Throttled';
    // 410: the resourceVersion or page token is too old; the same call from its start may succeed.
    case 410:
      return 'Unavailable';
    // 408 and 504 are the API server's own time-outs.
    case 408:
      return 'Unavailable';
    default:
      return status >= 500 ? 'Unavailable' : 'Invalid';
  }
}

const advice: Partial<Record<FailureClass, string>> = {
  Unauthorized: 'Check the credentials of the kubeconfig and the RBAC rules of its user.',
};

const maxQuote = 600;

/** A server-side apply of a field with the wrong type is answered with 500, though the fault is in the request. */
const malformedApply = /failed to create typed patch object/;

/** The failure of a call that was answered with an error status. `what` as in `BoundedRequest`. */
export function failureOf(system: string, what: string, answer: BoundedAnswer): OutsideFailure {
  const status = statusOf(answer.body);
  const isMalformed = answer.status === 500 && malformedApply.test(status?.message ?? '');
  const failureClass = isMalformed ? 'Invalid' : classOf(answer.status);
  const quoted = (status?.message ?? answer.body).trim().slice(0, maxQuote) || 'no explanation';
  const named = status?.reason ? `${answer.status} ${status.reason}` : `${answer.status}`;
  const kindIsUnknown = failureClass === 'NotFound' && status === undefined;
  const hint = kindIsUnknown ? 'The API server does not know this kind: install its CRD.' : advice[failureClass];
  const retryAfterMs = retryAfterOf(answer, status);
  return new OutsideFailure(
    failureClass,
    system,
    `${system}: ${what} was refused (${named}): ${quoted.replace(/\.$/, '')}.${hint ? ` ${hint}` : ''}`,
    { status: answer.status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  );
}

function retryAfterOf(answer: BoundedAnswer, status: KubernetesStatus | undefined): number | undefined {
  const header = answer.headers['retry-after'];
  const seconds = Number(typeof header === 'string' ? header : status?.details?.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
