/** Flink settings that are the same for every sample job in every zone. Names: Flink 1.20.0. */

/** Where the role ConfigMap is mounted; the program reads the file `role` in it. */
export const roleMountPath = '/etc/az-escape/role';

/** Settings of state, checkpoints and recovery: what any job that is to escape should have. */
const survival: Record<string, string> = {
  'high-availability.type': 'kubernetes',
  'state.backend.type': 'rocksdb',
  'execution.checkpointing.incremental': 'true',
  'execution.checkpointing.interval': '5s',
  'execution.checkpointing.timeout': '1min',
  'execution.checkpointing.num-retained': '3',
  'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  // A savepoint that fails at a dying peer counts as a failed checkpoint; the default of 0 would restart the job.
  'execution.checkpointing.tolerable-failed-checkpoints': '10',
  'restart-strategy.type': 'exponential-delay',
  'restart-strategy.exponential-delay.initial-backoff': '500ms',
  'restart-strategy.exponential-delay.max-backoff': '10s',
  'restart-strategy.exponential-delay.reset-backoff-threshold': '1min',
};

/** Settings that shorten a start on a machine where every CPU second counts. */
const quickStart: Record<string, string> = {
  // A TaskManager that is up before its JobManager listens waits this long before it asks again (default 10 s).
  'cluster.registration.error-delay': '200',
  'heartbeat.interval': '2000',
  'heartbeat.timeout': '8000',
  // Requests decide what fits on the node, limits what may be used: a start takes all of a core for seconds.
  'kubernetes.jobmanager.cpu.limit-factor': '20',
  'kubernetes.taskmanager.cpu.limit-factor': '20',
  'jobstore.type': 'Memory',
  'rest.server.numThreads': '1',
  'cluster.io-pool.size': '4',
  'pekko.fork-join-executor.parallelism-max': '2',
};

const smallMemory: Record<string, string> = {
  'jobmanager.memory.jvm-metaspace.size': '128m',
  'jobmanager.memory.off-heap.size': '64m',
  'jobmanager.memory.jvm-overhead.min': '64m',
  'jobmanager.memory.jvm-overhead.max': '64m',
  'taskmanager.memory.framework.heap.size': '64m',
  'taskmanager.memory.framework.off-heap.size': '64m',
  'taskmanager.memory.task.off-heap.size': '0m',
  'taskmanager.memory.network.min': '16m',
  'taskmanager.memory.network.max': '16m',
  'taskmanager.memory.segment-size': '8kb',
  'taskmanager.memory.managed.size': '64m',
  'taskmanager.memory.jvm-metaspace.size': '128m',
  'taskmanager.memory.jvm-overhead.min': '64m',
  'taskmanager.memory.jvm-overhead.max': '64m',
};

/** All of the above, for a job whose TaskManager offers this many slots. */
export function commonFlinkConfiguration(slots: number): Record<string, string> {
  return {
    ...survival,
    ...quickStart,
    ...smallMemory,
    'taskmanager.numberOfTaskSlots': String(slots),
    'kubernetes.entry.path': '/opt/flink/bin/entry.sh',
    'kubernetes.rest-service.exposed.type': 'ClusterIP',
    'rest.port': '8081',
    // How old a metric may be that REST tells; the default of 10 s is long when watching a restore.
    'metrics.fetcher.update-interval': '1000',
  };
}
