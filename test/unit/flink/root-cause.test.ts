import { describe, expect, test } from 'vitest';
import { savepointStatusAnswer } from '../../../adapters/flink/answers.ts';
import { causeChain, mostTelling, rootCause } from '../../../model/health/flink/root-cause.ts';
import { recorded, sighting } from '../../../simulation/flink/recorded.ts';

const masked = `java.lang.Exception: Exception while creating StreamOperatorStateContext.
\tat org.apache.flink.streaming.api.operators.StreamTaskStateInitializerImpl.streamOperatorStateContext(X.java:330)
Caused by: org.apache.flink.util.FlinkException: Could not restore keyed state backend for Count_(1/2) from any of the 1 provided restore options.
\tat org.apache.flink.streaming.api.operators.BackendRestorerProcedure.createAndRestore(BackendRestorerProcedure.java:165)
\t... 11 more
Caused by: java.nio.channels.ClosedChannelException
\tat org.apache.flink.core.fs.ClosingFSDataInputStream.close(ClosingFSDataInputStream.java:57)
\tSuppressed: java.lang.RuntimeException: told aside
\t\tat x.Y.z(Y.java:1)
`;

describe('rootCause', () => {
  test('of a savepoint that failed is the deepest cause, without frames', () => {
    const answer = savepointStatusAnswer.parse(recorded('savepoint-failed').body);
    const stack = answer.operation?.['failure-cause']?.['stack-trace'] ?? '';
    expect(rootCause(stack)).toBe('java.io.IOException: Failed to create savepoint directory at file:/proc/nope');
  });

  test('of a missing file names the file', () => {
    const entry = sighting('file-missing').exceptions!.entries[0]!;
    expect(rootCause(entry.stacktrace)).toMatch(
      /^java\.io\.FileNotFoundException: \/snapshots\/orders\/snap-6\/[0-9a-f-]+ \(No such file or directory\)$/,
    );
  });

  test('passes over a mask at the end of the chain', () => {
    expect(rootCause(masked)).toContain('Could not restore keyed state backend');
  });

  test('says where a cause without a message happened', () => {
    const stack = 'a.OuterException: reading the header\n\tat x.y\nCaused by: java.io.EOFException\n\tat x.y';
    expect(rootCause(stack)).toBe('java.io.EOFException, in: a.OuterException: reading the header');
  });

  test.each([
    ['java.util.concurrent.CompletionException: java.lang.RuntimeException: a.B: why', 'a.B: why'],
    ['java.lang.RuntimeException', 'java.lang.RuntimeException'],
    ['a.B: first line\nsecond line\n\tat x.y', 'a.B: first line second line'],
    ['java.nio.channels.ClosedChannelException\n\tat x.y', 'java.nio.channels.ClosedChannelException'],
    ['plain text', 'plain text'],
    ['', undefined],
    ['\n\n', undefined],
  ])('%j → %j', (stack, cause) => {
    expect(rootCause(stack)).toBe(cause);
  });
});

test('causeChain leaves out frames, "more" and suppressed exceptions', () => {
  expect(causeChain(masked).map((cause) => cause.split(':')[0])).toEqual([
    'java.lang.Exception',
    'org.apache.flink.util.FlinkException',
    'java.nio.channels.ClosedChannelException',
  ]);
});

test('mostTelling prefers the exception that has a cause of its own', () => {
  const closed = 'java.io.IOException\n\tat x.y\nCaused by: java.nio.channels.ClosedChannelException\n\tat x.y';
  const missing = 'java.io.IOException: x\nCaused by: java.io.FileNotFoundException: /a/b';
  expect(mostTelling(['java.nio.channels.ClosedChannelException', missing])).toContain('FileNotFoundException: /a/b');
  expect(mostTelling([closed])).toBeDefined();
  expect(mostTelling([])).toBeUndefined();
});
