/** One object of a job in the place of another, with a death at each request in between. */
import { describe, expect, it, test } from 'vitest';
import { OutsideFailure } from '../../../adapters/failure.ts';
import { noObject, type ZoneCluster } from '../../../adapters/kubernetes/port.ts';
import { replaceDeployment, type Replacement } from '../../../jobs/standby/replace-deployment.ts';
import type { FlinkDeployment } from '../../../model/job/flink-deployment.ts';

const { signal } = new AbortController();

const objectNamed = (image: string, resourceVersion?: string): FlinkDeployment => ({
  apiVersion: 'flink.apache.org/v1beta1',
  kind: 'FlinkDeployment',
  metadata: { namespace: 'default', name: 'orders', ...(resourceVersion ? { resourceVersion } : {}) },
  spec: { image },
});
const fresh = objectNamed('fresh');

class Killed extends Error {}

/** One zone's cluster with one object, and a store with one record. The process is killed at a request, or right after. */
class Stage {
  object: FlinkDeployment | undefined = objectNamed('old', '7');
  record: FlinkDeployment | undefined;
  readonly requests: string[] = [];
  /** Which request is the last, and whether it takes effect. */
  kill: { at: number; takesEffect: boolean } | undefined;

  readonly cluster = {
    getDeployment: async () => this.#request('get', () => this.object),
    deleteDeployment: async (_job: unknown, { unchangedSince }: { unchangedSince?: string }) =>
      this.#request('delete', () => {
        this.#refuseOther(unchangedSince);
        this.object = undefined;
      }),
    applyDeployment: async (wanted: FlinkDeployment, _signal: unknown, unchangedSince?: string) =>
      this.#request('apply', () => {
        this.#refuseOther(unchangedSince);
        return (this.object = wanted);
      }),
  } as unknown as ZoneCluster;

  readonly keep = async (): Promise<void> => this.#request('keep', () => void (this.record = fresh));

  /** As its callers do: looks what there is, and goes on from there. */
  async replace(more: Partial<Replacement> = {}): Promise<void> {
    const old = await this.cluster.getDeployment({ namespace: 'default', name: 'orders' });
    if (old?.spec.image === 'fresh') return;
    const made = old ? fresh : this.record;
    if (!made) throw new Error('the job is nowhere');
    await replaceDeployment(this.cluster, { old, fresh: made, madeAgainFrom: this.keep, ...more }, signal);
  }

  #request<T>(what: string, effect: () => T): T {
    const dies = this.kill?.at === this.requests.length;
    this.requests.push(what);
    if (dies && !this.kill!.takesEffect) throw new Killed();
    const answer = effect();
    if (dies) throw new Killed();
    return answer;
  }

  #refuseOther(version: string | undefined): void {
    if (version === undefined || version === (this.object?.metadata.resourceVersion ?? noObject)) return;
    throw new OutsideFailure('Conflict', 'kubernetes az-b', 'it was changed meanwhile.');
  }
}

describe('an object that is replaced', () => {
  it('is kept, deleted, and applied where there is none', async () => {
    const stage = new Stage();
    await stage.replace();
    expect(stage.requests).toEqual(['get', 'keep', 'delete', 'apply']);
    expect(stage.object).toEqual(fresh);
  });

  it('needs no record of its own where others have all of it', async () => {
    const stage = new Stage();
    await stage.replace({ madeAgainFrom: 'other records' });
    expect(stage.requests).toEqual(['get', 'delete', 'apply']);
  });

  it('stays where it was changed since it was read, if that was asked for', async () => {
    const stage = new Stage();
    const old = objectNamed('old', '6');
    await expect(stage.replace({ old, onlyAsRead: true })).rejects.toMatchObject({ failureClass: 'Conflict' });
    expect(stage.object?.spec.image).toBe('old');
    await stage.replace({ old });
    expect(stage.object).toEqual(fresh);
  });

  it('leaves alone what somebody else put there meanwhile', async () => {
    const stage = new Stage();
    stage.record = fresh;
    stage.object = objectNamed('of another', '9');
    await expect(stage.replace({ old: undefined })).rejects.toMatchObject({ failureClass: 'Conflict' });
    expect(stage.object.spec.image).toBe('of another');
  });
});

const deaths = [0, 1, 2, 3].flatMap((at) => [false, true].map((takesEffect) => ({ at, takesEffect })));

test.each(deaths)(
  'who is killed at request $at (done: $takesEffect) goes on, and the job is never lost',
  async (kill) => {
    const stage = new Stage();
    stage.kill = kill;
    await expect(stage.replace()).rejects.toThrow(Killed);
    expect(stage.object ?? stage.record, 'an object or a record of it').toBeDefined();
    stage.kill = undefined;
    await stage.replace();
    expect(stage.object).toEqual(fresh);
  },
);
