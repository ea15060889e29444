/** The world as activities see it, but for some of its members. */
import type { FlinkJobManager } from '../../../../adapters/flink/port.ts';
import type { ZoneCluster } from '../../../../adapters/kubernetes/port.ts';
import type { SnapshotStore } from '../../../../adapters/storage/port.ts';
import type { Ports } from '../../../../adapters/ports.ts';
import type { EscapePlan } from '../../../../model/move/plan-types.ts';
import { currentWork } from '../../../../simulation/temporal/current-work.ts';

export function withStore(world: Ports, change: (store: SnapshotStore) => Partial<SnapshotStore>): Ports {
  return changed(world, {
    store: (zone, name) => {
      const store = world.store(zone, name);
      return changed(store, change(store));
    },
  });
}

export function withCluster(world: Ports, change: (cluster: ZoneCluster) => Partial<ZoneCluster>): Ports {
  return changed(world, {
    cluster: (zone) => {
      const cluster = world.cluster(zone);
      return changed(cluster, change(cluster));
    },
  });
}

export function withFlink(
  world: Ports,
  change: (flink: FlinkJobManager, job: { namespace: string; name: string }) => Partial<FlinkJobManager>,
): Ports {
  const jobManager: Ports['flink']['jobManager'] = (zone, job) => {
    const flink = world.flink.jobManager(zone, job);
    return changed(flink, change(flink, job));
  };
  return changed(world, { flink: { jobManager } });
}

/** Another plan than the one in the store, for one activity. */
export function withPlan(world: Ports, activity: string, change: (plan: EscapePlan) => EscapePlan): Ports {
  return withStore(world, (store) => ({
    read: async (key, options) => {
      const bytes = await store.read(key, options);
      if (!bytes || !key.endsWith('/plan.json') || currentWork.getStore()?.activity !== activity) return bytes;
      const plan = JSON.parse(new TextDecoder().decode(bytes)) as EscapePlan;
      return new TextEncoder().encode(JSON.stringify(change(plan)));
    },
  }));
}

/** The same object but for some members; the others keep their `this`, whose private fields no proxy has. */
function changed<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get: (of, name) => {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name) as unknown;
      const member: unknown = Reflect.get(of, name, of);
      return typeof member === 'function' ? (member.bind(of) as unknown) : member;
    },
  });
}
