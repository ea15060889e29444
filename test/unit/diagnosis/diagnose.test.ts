import { describe, expect, test } from 'vitest';
import { isFinal } from '../../../jobs/run/early-end.ts';
import type { DiagnosisCode } from '../../../model/health/diagnosis/codes.ts';
import { diagnosisCodes } from '../../../model/health/diagnosis/codes.ts';
import { diagnose } from '../../../model/health/diagnosis/diagnose.ts';
import type { DiagnosisInput, PodFacts } from '../../../model/health/diagnosis/input.ts';
import { recordedLog, sighting } from '../../../simulation/flink/recorded.ts';

function pod(changes: Partial<PodFacts>): PodFacts {
  return {
    name: 'orders-7d9c5b6f4-x2x7k',
    component: 'jobmanager',
    phase: 'Running',
    ready: true,
    restarts: 0,
    reason: undefined,
    message: undefined,
    unschedulable: undefined,
    ...changes,
  };
}

function exception(stacktrace: string): NonNullable<DiagnosisInput['exceptions']>[number] {
  return { name: stacktrace.split(':')[0]!, stacktrace, timestampMs: 1, taskName: 'count (1/2)' };
}

const couldNotRestore =
  'java.lang.Exception: Exception while creating StreamOperatorStateContext.\n\tat x.Y.z(Y.java:1)\n' +
  'Caused by: org.apache.flink.util.FlinkException: Could not restore keyed state backend for Count_(1/2) from any of the 1 provided restore options.\n\tat x.Y.z(Y.java:1)\n' +
  'Caused by: org.apache.flink.runtime.state.BackendBuildingException: Caught unexpected exception.\n\tat x.Y.z(Y.java:1)\n';

const noRoom =
  '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';

const operatorError = (type: string, message: string, more: object = {}): string =>
  JSON.stringify({
    type: `org.apache.flink.kubernetes.operator.exception.${type}`,
    message,
    additionalMetadata: {},
    throwableList: [],
    ...more,
  });

const cases: [string, DiagnosisInput, DiagnosisCode, RegExp][] = [
  [
    'a state file is missing (recorded)',
    { exceptions: sighting('file-missing').exceptions!.entries, pods: [pod({})] },
    'snapshot-file-missing',
    /missing: java\.io\.FileNotFoundException: \/snapshots\/orders\/snap-6\/[\w-]+ \(No such file or directory\)\.$/,
  ],
  [
    'a missing state file is masked by ClosedChannelException in the newest exception',
    {
      exceptions: [
        exception(`${couldNotRestore}Caused by: java.nio.channels.ClosedChannelException\n\tat x.Y.z(Y.java:1)`),
        exception(
          `${couldNotRestore}Caused by: java.io.FileNotFoundException: No such file or directory: s3a://az-b/snapshots/default/orders/savepoint-1/8fc9\n` +
            'Caused by: java.nio.channels.ClosedChannelException\n\tat x.Y.z(Y.java:1)',
        ),
      ],
    },
    'snapshot-file-missing',
    /s3a:\/\/az-b\/snapshots\/default\/orders\/savepoint-1\/8fc9/,
  ],
  [
    'all of _metadata is missing (recorded log)',
    {
      jobManagerLog: recordedLog('metadata-absent'),
      pods: [pod({ ready: false, restarts: 3, reason: 'CrashLoopBackOff' })],
    },
    'snapshot-file-missing',
    /Cannot find meta data file '_metadata' in directory 'file:\/snapshots\/orders\/snap-6'/,
  ],
  [
    '_metadata is cut short (recorded log)',
    {
      jobManagerLog: recordedLog('metadata-truncated'),
      lastFailure: 'flink az-b/default/orders: no Service orders-rest (yet).',
    },
    'snapshot-metadata-corrupt',
    /_metadata cannot be read: java\.io\.EOFException/,
  ],
  [
    '_metadata is something else (recorded log)',
    { jobManagerLog: recordedLog('metadata-overwritten') },
    'snapshot-metadata-corrupt',
    /Unexpected magic number/,
  ],
  [
    'a state file is damaged (recorded)',
    { exceptions: sighting('checksum').exceptions!.entries },
    'snapshot-data-corrupt',
    /RocksDBException: checksum mismatch\.$/,
  ],
  [
    'a file of heap state is cut short',
    { exceptions: [exception(`${couldNotRestore}Caused by: java.io.EOFException\n\tat x.Y.z(Y.java:1)`)] },
    'snapshot-data-corrupt',
    /EOFException/,
  ],
  [
    'a file that the job itself wants is missing',
    { exceptions: [exception('java.io.FileNotFoundException: /etc/orders/rules.csv (No such file or directory)')] },
    'restart-loop',
    /rules\.csv/,
  ],
  [
    'no room',
    {
      pods: [pod({ phase: 'Pending', ready: false, unschedulable: noRoom })],
      verdict: { state: 'starting', why: 'x' },
    },
    'unschedulable',
    /0\/1 nodes are available: 1 Insufficient cpu/,
  ],
  [
    'no room, and the pods could not be listed',
    {
      events: [{ type: 'Warning', reason: 'FailedScheduling', message: noRoom, object: 'Pod/orders-taskmanager-1-1' }],
      gaps: ['pods: refused'],
    },
    'unschedulable',
    /Insufficient cpu/,
  ],
  [
    'room was found meanwhile: the old event says nothing',
    {
      pods: [pod({})],
      events: [{ type: 'Warning', reason: 'FailedScheduling', message: noRoom, object: 'Pod/orders-7d9c5b6f4-x2x7k' }],
      verdict: { state: 'starting', why: '1 of 2 tasks run (INITIALIZING 1)' },
    },
    'not-ready-in-time',
    /1 of 2 tasks run/,
  ],
  [
    'no quota',
    {
      pods: [],
      events: [
        {
          type: 'Warning',
          reason: 'FailedCreate',
          message:
            'Error creating: pods "orders-7d9c5b6f4-l5v2t" is forbidden: exceeded quota: compute, requested: requests.cpu=1, used: requests.cpu=10, limited: requests.cpu=10',
          object: 'ReplicaSet/orders-7d9c5b6f4',
        },
      ],
    },
    'unschedulable',
    /exceeded quota: compute/,
  ],
  [
    'Flink waited for slots in vain',
    {
      pods: [pod({})],
      exceptions: [
        exception(
          'org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy\n\tat x.Y.z(Y.java:1)\n' +
            'Caused by: org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException: Could not acquire the minimum required resources.',
        ),
      ],
    },
    'unschedulable',
    /Could not acquire the minimum required resources/,
  ],
  ...(['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName'] as const).map(
    (reason): [string, DiagnosisInput, DiagnosisCode, RegExp] => [
      reason,
      { pods: [pod({ phase: 'Pending', ready: false, reason, message: `Back-off pulling image "x/orders:9"` })] },
      'image-pull',
      new RegExp(`${reason}: Back-off pulling image "x/orders:9"`),
    ],
  ),
  [
    'the event says more about the image than the pod',
    {
      pods: [pod({ ready: false, reason: 'ImagePullBackOff', message: 'Back-off pulling image "x/orders:9"' })],
      events: [
        { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff', object: 'Pod/orders-7d9c5b6f4-x2x7k' },
        {
          type: 'Warning',
          reason: 'Failed',
          message: 'Failed to pull image "x/orders:9": failed to resolve reference "x/orders:9": not found',
          object: 'Pod/orders-7d9c5b6f4-x2x7k',
        },
      ],
    },
    'image-pull',
    /failed to resolve reference/,
  ],
  [
    'OOMKilled',
    {
      pods: [
        pod({}),
        pod({ name: 'orders-taskmanager-1-1', restarts: 2, reason: 'OOMKilled', message: 'ended with exit code 137' }),
      ],
    },
    'out-of-memory',
    /pod orders-taskmanager-1-1 was OOMKilled: ended with exit code 137/,
  ],
  [
    'a heap that is too small',
    { exceptions: [exception('java.lang.OutOfMemoryError: Java heap space\n\tat x.Y.z(Y.java:1)')] },
    'out-of-memory',
    /Java heap space/,
  ],
  [
    'the operator rejects the spec',
    {
      operatorError: operatorError(
        'ReconciliationException',
        'org.apache.flink.configuration.IllegalConfigurationException: JobManager memory configuration failed',
        {
          throwableList: [
            { type: 'a.B', message: 'JobManager memory configuration failed', additionalMetadata: {} },
            {
              type: 'a.C',
              message: 'Sum of configured JVM Metaspace (256.000mb) exceeds (200.000mb)',
              additionalMetadata: {},
            },
          ],
        },
      ),
    },
    'operator-rejected',
    /operator reports: Sum of configured JVM Metaspace/,
  ],
  [
    'an error of the operator in plain text',
    { operatorError: 'Spec validation failed: jarURI must be set' },
    'operator-rejected',
    /jarURI must be set/,
  ],
  [
    'the operator sees a crash loop, the log says of what',
    {
      operatorError: operatorError(
        'DeploymentFailedException',
        'back-off 40s restarting failed container=flink-main-container',
        {
          additionalMetadata: { reason: 'CrashLoopBackOff' },
        },
      ),
      pods: [pod({ ready: false, restarts: 3, reason: 'CrashLoopBackOff' })],
      jobManagerLog:
        '2026-11-21 01:56:24,295 ERROR org.apache.flink.runtime.entrypoint.ClusterEntrypoint [] - Fatal error\n' +
        'java.lang.ClassNotFoundException: com.example.Orders\n\tat x.Y.z(Y.java:1)\n2026-11-21 01:56:24,300 INFO x',
    },
    'restart-loop',
    /restarted 3 times: java\.lang\.ClassNotFoundException: com\.example\.Orders/,
  ],
  [
    'the operator sees an image that does not come',
    {
      operatorError: operatorError('DeploymentFailedException', 'Back-off pulling image "x/orders:9"', {
        additionalMetadata: { reason: 'ImagePullBackOff' },
      }),
    },
    'image-pull',
    /Back-off pulling image/,
  ],
  [
    'the wrong snapshot',
    {
      verdict: { state: 'wrong-path', restoredPath: 's3a://b/old' },
      askedPath: 's3a://b/new',
      pods: [pod({ restarts: 5 })],
    },
    'wrong-path-restored',
    /^The job restored s3a:\/\/b\/old instead of s3a:\/\/b\/new\.$/,
  ],
  [
    'no snapshot at all',
    { verdict: { state: 'wrong-path', restoredPath: undefined }, askedPath: 's3a://b/new' },
    'wrong-path-restored',
    /restored nothing at all instead of/,
  ],
  [
    'no JobManager',
    {
      pods: [pod({})],
      lastFailure: 'flink az-b/default/orders: GET /jobs failed: connect ECONNREFUSED 10.1.2.3:8081.',
    },
    'job-manager-unreachable',
    /ECONNREFUSED 10\.1\.2\.3:8081\.$/,
  ],
  [
    'no JobManager, says the operator',
    { operatorError: operatorError('MissingJobManagerException', 'JobManager deployment is missing') },
    'job-manager-unreachable',
    /deployment is missing/,
  ],
  ['all tasks run, no checkpoint', { verdict: { state: 'all-running' } }, 'not-ready-in-time', /no checkpoint/],
  ['the operator has not begun', { operatorSays: 'CREATED, JobManager MISSING' }, 'not-ready-in-time', /CREATED/],
  ['nothing', { gaps: ['pods: no answer within 5000 ms'] }, 'unknown', /Nothing that was gathered/],
];

test.each(cases)('%s', (_, input, code, sentence) => {
  const diagnosis = diagnose(input);
  expect(diagnosis.code).toBe(code);
  expect(diagnosis.sentence).toMatch(sentence);
  expect(diagnosis.sentence).not.toMatch(/\n|\tat /);
  expect(diagnosis.sentence.endsWith('.')).toBe(true);
});

test('the cases reach every code of the table', () => {
  expect(new Set(cases.map(([, , code]) => code))).toEqual(new Set(Object.keys(diagnosisCodes)));
});

describe('what is shown of long texts', () => {
  test('a quotation ends after 600 characters', () => {
    const { sentence } = diagnose({ operatorError: `x${'y'.repeat(5_000)}` });
    expect(sentence.length).toBeLessThan(700);
    expect(sentence).toContain('…');
  });

  test('evidence is short lines, and each gap is one', () => {
    const { evidence } = diagnose({
      exceptions: sighting('file-missing').exceptions!.entries,
      jobManagerLog: recordedLog('metadata-truncated'),
      pods: Array.from({ length: 50 }, (_, n) => pod({ name: `tm-${n}`, ready: false, message: 'x'.repeat(900) })),
      gaps: ['events: no answer within 5000 ms'],
    });
    expect(evidence.length).toBeLessThan(20);
    expect(Math.max(...evidence.map((line) => line.length))).toBeLessThanOrEqual(300);
    expect(evidence).toContain('not gathered: events: no answer within 5000 ms');
  });
});

describe('a job that failed while it started', () => {
  const once = { exceptions: [exception('java.lang.IllegalStateException: no more allocated slots')] };

  test('may still come up', () => {
    const diagnosis = diagnose({ ...once, verdict: { state: 'starting', why: '0 of 4 tasks run after 1 restarts' } });
    expect(diagnosis).toMatchObject({ code: 'restart-loop', mayPass: true });
    expect(isFinal(diagnosis, 3_600_000)).toBe(false);
  });

  test.each<[string, Partial<DiagnosisInput>]>([
    ['again and again', { verdict: { state: 'failing', why: 'it restarted 3 times without a checkpoint since' } }],
    ['with its pods', { pods: [pod({ restarts: 2 })] }],
  ])('%s: does not', (_, more) => {
    const diagnosis = diagnose({ ...once, ...more });
    expect(diagnosis).toMatchObject({ code: 'restart-loop', mayPass: false });
    expect(isFinal(diagnosis, 45_000)).toBe(true);
  });
});
