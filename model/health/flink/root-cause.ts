/** From a Java stack trace to the one line that says what happened. */

/** What a stack trace holds beside its frames: the exception and its causes, outermost first. */
export function causeChain(stackTrace: string): string[] {
  const causes: string[] = [];
  for (const raw of stackTrace.split('\n')) {
    const line = raw.trim();
    if (line === '' || /^at\s|^\.\.\. \d+ (more|common frames omitted)/.test(line)) continue;
    if (/^(Suppressed|\[CIRCULAR REFERENCE)/.test(line)) continue;
    const cause = /^Caused by:\s*(.*)$/.exec(line);
    if (cause) causes.push(cause[1]!);
    else if (causes.length === 0) causes.push(line);
    // A message of several lines goes on.
    else causes[causes.length - 1] += ` ${line}`;
  }
  return causes;
}

/**
 * Exceptions that are the end of a chain without being its reason: a stream that another thread closed after the
 * real failure, a cancelled or wrapped future, the container that Flink carries a foreign exception in.
 */
const masks =
  /\b(ClosedChannelException|ClosedByInterruptException|InterruptedException|CancellationException|TaskCancelledException|CancelTaskException|RejectedExecutionException|UndeclaredThrowableException|FlinkExpectedException)\b/;

/** "java.io.EOFException" with nothing behind it says little alone: the sentence around it names what was read. */
const bare = /^[\w.$]+(Exception|Error)$/;

const wrappers =
  /^(java\.util\.concurrent\.(CompletionException|ExecutionException)|java\.lang\.(RuntimeException|Exception)|org\.apache\.flink\.util\.SerializedThrowable):?\s*/;

/**
 * The deepest cause that means something, without stack frames; undefined for a text without an exception.
 * An EOFException or the like, which carries no message, is told together with the nearest cause above it that does.
 */
export function rootCause(stackTrace: string): string | undefined {
  const chain = causeChain(stackTrace);
  if (chain.length === 0) return undefined;
  const telling = chain.filter((cause) => !masks.test(cause));
  const deepest = telling.at(-1) ?? chain.at(-1)!;
  const text = unwrap(deepest);
  if (!bare.test(text)) return text;
  const around = telling
    .slice(0, -1)
    .reverse()
    .map(unwrap)
    .find((cause) => !isOnlyAbout(cause, text));
  return around === undefined ? text : `${text}, in: ${around}`;
}

/** Without the wrappers that repeat their cause as their own message. */
function unwrap(cause: string): string {
  let text = cause;
  for (;;) {
    const inner = text.replace(wrappers, '');
    if (inner === text || inner === '') return text;
    text = inner;
  }
}

function isOnlyAbout(cause: string, inner: string): boolean {
  return cause === inner || bare.test(cause);
}

/**
 * The most telling of several exceptions of one failure. A task that was only disturbed by another's failure reports
 * a mask (ClosedChannelException); the one with a cause of its own is preferred, then the newest.
 */
export function mostTelling(stackTraces: readonly string[]): string | undefined {
  const causes = stackTraces.map(rootCause).filter((cause) => cause !== undefined);
  return causes.find((cause) => !masks.test(cause)) ?? causes[0];
}
