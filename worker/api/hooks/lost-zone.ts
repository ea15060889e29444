/** What a hook reads out of a message. */

/** A zone that the message calls lost. */
export interface LostZone {
  zone: string;
  /** The same for every repeat of the message. */
  incident: string;
  /** ISO 8601. */
  lostAt: string;
}

export interface HookMessage {
  lost: LostZone[];
  /** What should name a lost zone and does not: a sentence each. */
  complaints: string[];
  /** Alerts or events that are about something else. */
  ignored: number;
}
