import { expect, test } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import type { BoundedAnswer } from '../../../adapters/bounded-request.ts';
import type { KubernetesClient } from '../../../adapters/kubernetes/client.ts';
import { eventsOf } from '../../../adapters/kubernetes/events.ts';
import type { PodSummary } from '../../../adapters/kubernetes/port.ts';

const podNamed = (name: string) => ({ name }) as PodSummary;

function warning(kind: string, name: string, reason: string, at: string) {
  const involvedObject = { kind, name };
  return { metadata: {}, type: 'Warning', reason, message: `${reason} of ${name}`, involvedObject, lastTimestamp: at };
}

/** An API server that answers when it is let. */
function clientOf(...items: object[]): { client: KubernetesClient; asked: URL[]; answer: (status?: number) => void } {
  const asked: URL[] = [];
  const waiting: ((status: number) => void)[] = [];
  const send = async ({ path }: { path: string }): Promise<BoundedAnswer> => {
    asked.push(new URL(path, 'http://x'));
    const status = await new Promise<number>((resolve) => waiting.push(resolve));
    const body =
      status === 200 ? { kind: 'EventList', metadata: {}, items } : { kind: 'Status', message: 'etcd is slow' };
    return { status, headers: {}, body: JSON.stringify(body) };
  };
  const client = { system: 'kubernetes az-b', clock: systemClock(), send } as unknown as KubernetesClient;
  return { client, asked, answer: (status = 200) => waiting.splice(0).forEach((resolve) => resolve(status)) };
}

test('warnings of a thousand jobs are one list, of which each job is told its own', async () => {
  const jobs = Array.from({ length: 1_000 }, (_, index) => ({ namespace: 'flink', name: `job-${index}` }));
  const { client, asked, answer } = clientOf(
    ...jobs.map(({ name }) => warning('Pod', `${name}-taskmanager-1-1`, 'FailedScheduling', '2026-01-01T00:00:01Z')),
    warning('FlinkDeployment', 'job-7', 'Rejected', '2026-01-01T00:00:02Z'),
    warning('ReplicaSet', 'job-7-7d9c5b6f4', 'FailedCreate', '2026-01-01T00:00:00Z'),
  );
  const { listWarnings } = eventsOf(client);
  const told = Promise.all(jobs.map((job) => listWarnings(job, [podNamed(`${job.name}-taskmanager-1-1`)])));
  answer();
  const reasons = (await told).map((warnings) => warnings.map(({ reason }) => reason));
  expect(reasons[7]).toEqual(['Rejected', 'FailedScheduling', 'FailedCreate']);
  expect(reasons.filter((of) => of.join() === 'FailedScheduling')).toHaveLength(999);
  expect(asked).toHaveLength(1);
  expect(asked[0]!.pathname).toBe('/api/v1/namespaces/flink/events');
  expect(asked[0]!.searchParams.get('fieldSelector')).toBe('type=Warning');
  // Shared by who asks a moment later, too; another namespace has a list of its own.
  expect(await listWarnings(jobs[7]!, [])).toHaveLength(2);
  void listWarnings({ namespace: 'other', name: 'job-7' }, []);
  expect(asked).toHaveLength(2);
});

test('who gives up waiting leaves the list to the others, and gives his reason', async () => {
  const { client, asked, answer } = clientOf(warning('FlinkDeployment', 'a', 'Rejected', '2026-01-01T00:00:02Z'));
  const { listWarnings } = eventsOf(client);
  const job = { namespace: 'flink', name: 'a' };
  const giveUp = new AbortController();
  const given = listWarnings(job, [], giveUp.signal);
  const patient = listWarnings(job, []);
  giveUp.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  answer();
  expect(await patient).toHaveLength(1);
  expect(asked).toHaveLength(1);
});

test('a list that failed is not asked for again at once by each who wants it', async () => {
  const { client, asked, answer } = clientOf();
  const { listWarnings } = eventsOf(client);
  const job = { namespace: 'flink', name: 'a' };
  const refused = expect(listWarnings(job, [])).rejects.toMatchObject({ failureClass: 'Unavailable' });
  answer(500);
  await refused;
  await expect(listWarnings(job, [])).rejects.toMatchObject({ failureClass: 'Unavailable' });
  expect(asked).toHaveLength(1);
});
