/** How much a job matters, and so how it is protected and when it escapes. P0 first. */
export const tiers = ['P0', 'P1', 'P2', 'P3'] as const;
export type Tier = (typeof tiers)[number];

/** True for a text that names a tier, exactly as written on the label. */
export function isTier(text: unknown): text is Tier {
  return (tiers as readonly unknown[]).includes(text);
}
