/**
 * The one table of settings with a default: where each stands in `az-escape.yaml`, what it is for. The schema takes
 * its defaults from here, and a test holds `docs/settings.md` against it.
 */
export const settings = {
  taskQueue: {
    path: 'temporal.taskQueue',
    default: 'az-escape',
    about: 'Temporal task queue of the workers.',
  },
  kubernetesRequestTimeout: {
    path: 'zones.<zone>.kubernetes.requestTimeout',
    default: '10s',
    about: 'Deadline of one call to an API server.',
  },
  autoscaled: {
    path: 'zones.<zone>.kubernetes.autoscaled',
    default: false,
    about: '`true` where the cluster adds nodes by itself: then no job is left because its nodes are full.',
  },
  placeholderNamespace: {
    path: 'zones.<zone>.kubernetes.placeholders.namespace',
    default: 'az-escape',
    about:
      'Namespace of the pods that reserve room. It must exist, and should not be one of jobs, whose quotas they would use up.',
  },
  intervalP0: { path: 'tiers.P0.interval', default: '1m', about: 'Time between recovery points of a P0 job.' },
  intervalP1: { path: 'tiers.P1.interval', default: '2m', about: 'Time between recovery points of a P1 job.' },
  intervalP2: { path: 'tiers.P2.interval', default: '10m', about: 'Time between recovery points of a P2 job.' },
  intervalP3: { path: 'tiers.P3.interval', default: '1h', about: 'Time between recovery points of a P3 job.' },
  startDeadline: {
    path: 'tiers.<tier>.startDeadline',
    default: '5m',
    about: 'How long one job may take to run again before the report calls it failed.',
  },
  keep: {
    path: 'tiers.<tier>.keep',
    default: 3,
    about: 'Intact recovery points kept of each job, the newest ones.',
  },
  keepFor: {
    path: 'tiers.<tier>.keepFor',
    default: '0s',
    about: 'Recovery points with state younger than this are kept as well, however many they are.',
  },
  savepointTimeout: {
    path: 'tiers.<tier>.savepointTimeout',
    default: '2m',
    about: 'How long one savepoint may take before the round gives it up.',
  },
  savepointsAtOnce: {
    path: 'protect.savepointsAtOnce',
    default: 8,
    about: 'Savepoints that one worker has under way at once in a zone; the others wait, the most important first.',
  },
  shipmentsAtOnce: {
    path: 'protect.shipmentsAtOnce',
    default: 16,
    about: 'Jobs of a zone whose checkpoints one worker ships at once; the others wait, the most important first.',
  },
  shipBytesPerSecond: {
    path: 'protect.shipBytesPerSecond',
    default: 0,
    about: 'Bytes a second that one worker ships out of a zone, within large files too; 0 means no limit.',
  },
  checkpointWait: {
    path: 'protect.checkpointWait',
    default: '15s',
    about:
      'How long a savepoint waits for a checkpoint that the job is at, so that neither makes the other late; then it is asked for all the same.',
  },
  forgetAfter: {
    path: 'protect.forgetAfter',
    default: '1d',
    about: 'How long the standby of a job stays that its owner deleted. Recovery points stay longer.',
  },
  budget: { path: 'escape.budget', default: '10m', about: 'What an escape is measured against.' },
  batchSize: { path: 'escape.batchSize', default: 100, about: 'Jobs of one batch workflow.' },
  fenceDeadline: {
    path: 'escape.fenceDeadline',
    default: '20s',
    about: 'How long fencing may try to reach the lost zone; nothing waits for it.',
  },
  fenceRetry: {
    path: 'escape.fenceRetry',
    default: '15s',
    about: 'Time between two looks whether a lost zone is back, after its jobs escaped.',
  },
  roomDeadline: {
    path: 'escape.roomDeadline',
    default: '10s',
    about: 'How long nodes, pods and quotas of the peer may take to be read; then the plan goes on without them.',
  },
  preemptSavepoint: {
    path: 'escape.preemptSavepoint',
    default: '30s',
    about: 'How long the savepoint of a P3 job that must make room may take; then it ends without one.',
  },
  preemptDeadline: {
    path: 'escape.preemptDeadline',
    default: '1m',
    about: 'How long pods of a P3 job that made room may take to go; then those that wait for the room start.',
  },
  startsPerSecond: {
    path: 'escape.startsPerSecond',
    default: 20,
    about: 'Starts that a zone takes in a second, for the forecast until an escape of 20 jobs or more was measured.',
  },
  timeToRun: {
    path: 'escape.timeToRun',
    default: '1m',
    about:
      'Time from the start of a job until its tasks run, for the forecast until an escape of 5 jobs or more was measured.',
  },
  retentionInterval: {
    path: 'retention.interval',
    default: '1d',
    about: 'Time between two looks through all recovery points of a zone’s jobs, those of deleted jobs included.',
  },
  deletedJobsAfter: {
    path: 'retention.deletedJobsAfter',
    default: '7d',
    about:
      'How long recovery points stay of a job of which no zone has an object, from the last that was written for it.',
  },
  orphanAge: {
    path: 'retention.orphanAge',
    default: '6h',
    about: 'Age from which files that no recovery point names are taken for leftovers of a killed worker and deleted.',
  },
  approval: {
    path: 'escape.approval',
    default: 'none',
    about: 'With `required` every escape waits for `az-escape approve` before it changes anything.',
  },
  approvalTimeout: {
    path: 'escape.approvalTimeout',
    default: '15m',
    about: 'How long an escape waits for approval; then it ends, with every job left and nothing changed.',
  },
  recheckInterval: {
    path: 'recheck.interval',
    default: '1h',
    about: 'Time between two checks of all recovery points of a zone’s jobs.',
  },
  recheckSample: {
    path: 'recheck.sampleMegabytes',
    default: 64,
    about: 'Megabytes of each job’s files that one check reads, those first that were longest not read.',
  },
  recheckRate: {
    path: 'recheck.megabytesPerSecond',
    default: 20,
    about: 'How fast the files of one job are read. Two jobs of a zone are checked at once.',
  },
  probeDeadline: {
    path: 'escape.probeDeadline',
    default: '5s',
    about: 'Deadline of the small object written to a store before a round relies on it.',
  },
  apiListen: {
    path: 'api.listen',
    default: '127.0.0.1:8780',
    about:
      'Address on which `az-escape api` listens. It speaks plain HTTP: put TLS in front before it leaves the machine.',
  },
  alertZoneLabel: {
    path: 'api.hooks.alertmanager.zoneLabel',
    default: 'zone',
    about: 'Label of an alert that names the lost zone, or the lost cluster of it.',
  },
} as const;
