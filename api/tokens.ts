/** Who may call: bearer tokens by name and role. Values are kept as digests, compared in constant time, never logged. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readSecret } from '../adapters/secrets.ts';
import type { ApiConfig, ApiRole } from '../model/config/types.ts';
import { Refusal } from '../client/client.ts';

export interface KnownToken {
  name: string;
  role: ApiRole;
  /** sha256 of the value: all of one length, as `timingSafeEqual` wants it. */
  digest: Buffer;
  /** Milliseconds since 1970 from which on it lets nobody in. */
  expiresMs?: number;
}

export type Decision =
  | { kind: 'let-in'; name: string }
  | { kind: 'unknown'; sentence: string }
  | { kind: 'role-too-small'; name: string; sentence: string };

/** Below this a token can be guessed over the network. */
const leastCharacters = 16;

const mayDo: Record<ApiRole, readonly ApiRole[]> = {
  view: ['view'],
  operate: ['view', 'operate'],
  approve: ['view', 'approve'],
};

/**
 * The tokens of the configuration, read now.
 * @throws Refusal `ApiClosed` for none, a short one, or two of the same value; OutsideFailure for one that is not there
 */
export async function loadTokens({ tokens }: ApiConfig): Promise<KnownToken[]> {
  if (tokens.length === 0) throw new Refusal('ApiClosed', 'api.tokens names nobody who may call the API');
  const known: KnownToken[] = [];
  for (const { name, role, token, expires } of tokens) {
    const value = await readSecret(token);
    if (value.length < leastCharacters) {
      throw new Refusal(
        'ApiClosed',
        `the token "${name}" has ${value.length} characters; ${leastCharacters} are needed`,
      );
    }
    const digest = digestOf(value);
    const same = known.find((other) => other.digest.equals(digest));
    if (same) throw new Refusal('ApiClosed', `the tokens "${same.name}" and "${name}" have the same value`);
    known.push({ name, role, digest, ...(expires === undefined ? {} : { expiresMs: Date.parse(expires) }) });
  }
  return known;
}

/** Whether the holder of this `Authorization` header may do what needs `role`. */
export function decide(
  tokens: readonly KnownToken[],
  authorization: string | undefined,
  role: ApiRole,
  nowMs: number = Date.now(),
): Decision {
  const value = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (value === undefined) return { kind: 'unknown', sentence: 'the request carries no bearer token' };
  const digest = digestOf(value);
  // All are compared, so that the time says nothing about which one it is.
  const [token] = tokens.filter((known) => timingSafeEqual(known.digest, digest));
  if (!token) return { kind: 'unknown', sentence: 'the bearer token is not known' };
  if (token.expiresMs !== undefined && nowMs >= token.expiresMs) {
    return {
      kind: 'unknown',
      sentence: `the token "${token.name}" expired at ${new Date(token.expiresMs).toISOString()}`,
    };
  }
  if (mayDo[token.role].includes(role)) return { kind: 'let-in', name: token.name };
  const sentence = `"${token.name}" has the role ${token.role}; this needs ${role}`;
  return { kind: 'role-too-small', name: token.name, sentence };
}

function digestOf(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
