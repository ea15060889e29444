/** The transport to one API server: every call bounded, authenticated, and its refusal classed. */
import type { ZoneConfig } from '../../model/config/types.ts';
import type { BoundedAnswer } from '../bounded-request.ts';
import { boundedRequest } from '../bounded-request.ts';
import type { Clock } from '../clock.ts';
import { OutsideFailure } from '../failure.ts';
import { openCredentials } from './credentials.ts';
import { failureOf, isAbsentObject } from './failure.ts';

/** Content types that tell the API server how to read a PATCH. */
export const contentTypes = {
  json: 'application/json',
  mergePatch: 'application/merge-patch+json',
  /** Server-side apply. JSON is YAML too, so the body stays JSON. */
  apply: 'application/apply-patch+yaml',
} as const;

export interface KubernetesCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** From the root of the API server, percent-encoded, with its query. */
  path: string;
  /** For sentences: "apply of flinkdeployment default/orders". */
  what: string;
  body?: unknown;
  contentType?: (typeof contentTypes)[keyof typeof contentTypes];
  /** Instead of the zone's requestTimeoutMs. */
  timeoutMs?: number;
  maxAnswerBytes?: number;
  signal?: AbortSignal | undefined;
}

/** What deployments.ts, pods.ts and their like share. */
export interface KubernetesClient {
  readonly zone: string;
  /** "kubernetes az-b". */
  readonly system: string;
  readonly clock: Clock;
  readonly namespaces: readonly string[];
  /** The parsed answer. @throws OutsideFailure */
  call<T>(call: KubernetesCall): Promise<T>;
  /** The parsed answer, or undefined when the object is absent. @throws OutsideFailure */
  callIfPresent<T>(call: KubernetesCall): Promise<T | undefined>;
  /** The answer as it came, also an error. @throws OutsideFailure `Unreachable` and `Unauthorized` (401) only */
  send(call: KubernetesCall): Promise<BoundedAnswer>;
  close(): Promise<void>;
}

const userAgent = 'az-escape';

export function openClient(zone: ZoneConfig, clock: Clock): KubernetesClient {
  const system = `kubernetes ${zone.name}`;
  const credentials = openCredentials(zone.kubernetes, system, clock);

  async function sendOnce(call: KubernetesCall): Promise<BoundedAnswer> {
    const access = await credentials.current();
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': userAgent, ...access.headers };
    if (call.body !== undefined) headers['content-type'] = call.contentType ?? contentTypes.json;
    return boundedRequest({
      system,
      what: call.what,
      method: call.method,
      url: access.origin + call.path,
      headers,
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.maxAnswerBytes === undefined ? {} : { maxAnswerBytes: call.maxAnswerBytes }),
      timeoutMs: call.timeoutMs ?? zone.kubernetes.requestTimeoutMs,
      dispatcher: access.dispatcher,
      clock,
      signal: call.signal,
    });
  }

  async function send(call: KubernetesCall): Promise<BoundedAnswer> {
    let answer = await sendOnce(call);
    // A token may have been renewed in its file a moment ago; a second 401 is final.
    if (answer.status === 401 && credentials.renew()) answer = await sendOnce(call);
    if (answer.status === 401) throw failureOf(system, call.what, answer);
    return answer;
  }

  function parse<T>(call: KubernetesCall, answer: BoundedAnswer): T {
    if (answer.status >= 300) throw failureOf(system, call.what, answer);
    try {
      return JSON.parse(answer.body) as T;
    } catch {
      const sentence = `${system}: ${call.what} was answered with ${answer.status} and a body that is not JSON.`;
      throw new OutsideFailure('BadAnswer', system, sentence, { status: answer.status });
    }
  }

  return {
    zone: zone.name,
    system,
    clock,
    namespaces: zone.kubernetes.namespaces,
    send,
    async call<T>(call: KubernetesCall) {
      return parse<T>(call, await send(call));
    },
    async callIfPresent<T>(call: KubernetesCall) {
      const answer = await send(call);
      return isAbsentObject(answer) ? undefined : parse<T>(call, answer);
    },
    close: () => credentials.close(),
  };
}
