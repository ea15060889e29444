/** What a route of the HTTP API is: its path, who may call it, what it is for, what it does. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Client } from '@temporalio/client';
import type { z } from 'zod';
import type { Ports } from '../adapters/ports.ts';
import type { ApiRole, Config } from '../model/config/types.ts';
import type { ErrorCode } from '../model/error-codes.ts';

/** All that routes need of their process. */
export interface ApiContext {
  config: Config;
  client: Client;
  /** Where reports are read. */
  world: Ports;
  /** Signing secrets of PagerDuty's webhooks. */
  pagerdutySecrets: string[];
}

export interface Caller {
  /** Name of the token, or of the hook whose signature fits. */
  name: string;
}

/** One request, let in. */
export interface Call {
  /** Values of the names in braces of the path. */
  params: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** At most `maxBodyBytes`; empty for GET. */
  body: Buffer;
  caller: Caller;
  /** Aborted when the caller has gone or the process ends. */
  signal: AbortSignal;
  /** Adds fields to the line that the log gets for this request. Never a secret. */
  note(fields: Record<string, unknown>): void;
}

export type Answer =
  | { status: number; body: unknown }
  /** Server-sent events, each with its blank line, sent as they come. */
  | { events: AsyncIterable<string> };

export interface Route {
  method: 'GET' | 'POST';
  /** Such as `/v1/zones/{zone}/escapes`. */
  path: string;
  /** The role that the caller's token must have; `anybody` needs none, `signature` is checked by the route. */
  access: ApiRole | 'anybody' | 'signature';
  /** One sentence for the OpenAPI document. */
  summary: string;
  /** Shape of the body; absent where none is read. */
  body?: z.ZodType;
  /** Answers when all is well, by status. Without a schema it is no JSON. */
  answers: Record<number, { about: string; schema?: z.ZodType; contentType?: string }>;
  /** What it may refuse with, besides what every route may. */
  refusals: ErrorCode[];
  handle(call: Call): Promise<Answer>;
}
