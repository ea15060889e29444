/** The simulated Flink must not answer otherwise than the real one did: all that the product reads, of the same types. */
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import * as adapter from '../../../../adapters/flink/answers.ts';
import type { RunFault } from '../../../../simulation/flink/faults.ts';
import { recorded } from '../../../../simulation/flink/recorded.ts';
import type { RestAnswer } from '../../../../simulation/flink/rest-answers.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { fieldsRead, type Fields } from './fields.ts';
import { ask, begunRun, files, savepointsOn } from './stage.ts';

const confirmed = 45;

function get(path: string, at = confirmed, fault?: RunFault): RestAnswer {
  return ask(begunRun(fault), ['GET', path], at);
}

/** A run that was asked for a savepoint, and what it told of that in the end. */
async function savepointStatus(target: string, waitMs = 5_000): Promise<RestAnswer> {
  const [run, clock] = [begunRun(), new ManualClock()];
  const savepoints = savepointsOn(clock);
  const body = { 'target-directory': target, triggerId: 't1' };
  expect(ask(run, ['POST', '/jobs/{id}/savepoints'], confirmed, { body, savepoints }).status).toBe(202);
  await clock.sleep(waitMs);
  return ask(run, ['GET', '/jobs/{id}/savepoints/t1'], confirmed, { savepoints });
}

const cases: [name: string, form: z.ZodType, simulated: () => RestAnswer | Promise<RestAnswer>][] = [
  ['config', adapter.configAnswer, () => get('/config')],
  ['jobs', adapter.jobsAnswer, () => get('/jobs')],
  ['job-running', adapter.jobAnswer, () => get('/jobs/{id}')],
  ['job-restored', adapter.jobAnswer, () => get('/jobs/{id}')],
  ['job-file-missing', adapter.jobAnswer, () => get('/jobs/{id}', confirmed, 'file-missing')],
  // The real one was looked at while it took its third checkpoint.
  ['checkpoints-running', adapter.checkpointsAnswer, () => get('/jobs/{id}/checkpoints', 50.5)],
  ['checkpoints-restored', adapter.checkpointsAnswer, () => get('/jobs/{id}/checkpoints')],
  ['exceptions-none', adapter.exceptionsAnswer, () => get('/jobs/{id}/exceptions')],
  ['exceptions-file-missing', adapter.exceptionsAnswer, () => get('/jobs/{id}/exceptions', confirmed, 'file-missing')],
  ['exceptions-checksum', adapter.exceptionsAnswer, () => get('/jobs/{id}/exceptions', confirmed, 'restart-loop')],
  ['savepoint-in-progress', adapter.savepointStatusAnswer, () => savepointStatus('s3a://state/target', 1)],
  ['savepoint-completed', adapter.savepointStatusAnswer, () => savepointStatus('s3a://state/target')],
  ['savepoint-failed', adapter.savepointStatusAnswer, () => savepointStatus('refused/target')],
  ['savepoint-unknown', adapter.errorsAnswer, () => get('/jobs/{id}/savepoints/t9')],
  ['checkpoint-unknown', adapter.errorsAnswer, () => get('/jobs/{id}/checkpoints/t9')],
  ['job-unknown', adapter.errorsAnswer, () => get(`/jobs/${'f'.repeat(32)}`)],
];

/** Those of the recorded answer that the simulated one lacks or has of another type. */
function differences(real: Fields, simulated: Fields): string[] {
  return [...real].flatMap(([path, types]) => {
    // How many tasks are in which state is a matter of the moment, and so is what is null.
    if (/\.tasks\.\w+$/.test(path)) return [];
    const found = simulated.get(path);
    if (!found) return types.has('null') ? [] : [`${path} is missing`];
    const other = [...found].filter((type) => type !== 'null' && !types.has(type));
    const isNew = [...types].every((type) => type === 'null');
    return isNew || other.length === 0 ? [] : [`${path} is ${other.join(', ')} and was ${[...types].join(', ')}`];
  });
}

describe('the simulated Flink', () => {
  test.each(cases)('answers as the real one did: %s', async (name, form, answer) => {
    files.clear();
    const [real, simulated] = [recorded(name), await answer()];
    expect(simulated.status).toBe(real.status);
    const read = (body: unknown) => form.parse(body);
    expect(differences(fieldsRead(real.body, read), fieldsRead(simulated.body, read))).toEqual([]);
  });

  test('would be noticed if it left out a field, or told another type', () => {
    const real = fieldsRead(recorded('job-running').body, (body) => adapter.jobAnswer.parse(body));
    expect(differences(real, new Map())).toContain('vertices.*.parallelism is missing');
    const other = new Map([...real, ['start-time', new Set(['string'])] as const]);
    expect(differences(real, other)).toEqual(['start-time is string and was number']);
  });
});
