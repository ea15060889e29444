/** Signatures of PagerDuty's webhooks: `X-PagerDuty-Signature: v1=<hex>[,v1=<hex>…]`, HMAC-SHA256 of the raw body. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whether one of the signatures was made with one of the secrets. While a secret is replaced there are several of each. */
export function isSigned(body: Buffer, header: string | undefined, secrets: readonly string[]): boolean {
  const given = (header ?? '').split(',').flatMap((part) => {
    const hex = /^v1=([0-9a-f]{64})$/i.exec(part.trim())?.[1];
    return hex === undefined ? [] : [Buffer.from(hex, 'hex')];
  });
  const made = secrets.map((secret) => createHmac('sha256', secret).update(body).digest());
  return made.some((own) => given.some((signature) => timingSafeEqual(own, signature)));
}
