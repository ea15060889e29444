/** The operator's `status.error`. */

export interface OperatorError {
  /** Short class name, such as `ReconciliationException`. */
  type: string | undefined;
  /** From `additionalMetadata`, such as CrashLoopBackOff: then it is about a pod, not about the spec. */
  reason: string | undefined;
  /** All messages, outermost first. */
  messages: string[];
}

interface Throwable {
  type?: unknown;
  message?: unknown;
  additionalMetadata?: { reason?: unknown };
  throwableList?: unknown;
}

/** Reads its JSON; a text that is none, as older operators write it, is one message. */
export function parseOperatorError(text: string): OperatorError {
  const error = parseThrowable(text);
  if (!error) return { type: undefined, reason: undefined, messages: [text.trim()] };
  const causes = (Array.isArray(error.throwableList) ? error.throwableList : []) as Throwable[];
  const messages = [error, ...causes].map((one) => one.message).filter((m): m is string => typeof m === 'string');
  const reason = error.additionalMetadata?.reason;
  return {
    type: typeof error.type === 'string' ? error.type.split('.').at(-1) : undefined,
    reason: typeof reason === 'string' ? reason : undefined,
    messages: messages.length > 0 ? messages : [text.trim()],
  };
}

function parseThrowable(text: string): Throwable | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed !== null && typeof parsed === 'object' ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Its most telling message: the innermost that is not the outer one's repetition. */
export function innermostMessage(error: OperatorError): string {
  return error.messages.at(-1) ?? '';
}
