/** The one table of reasons why a job did not come up. Codes are never reused; reports and alerts carry them. */
export const diagnosisCodes = {
  'wrong-path-restored': {
    means: 'The job runs, but not on the snapshot that it was asked to restore; its state is another, or empty.',
    remedy:
      'Stop it before it does harm. Delete its FlinkDeployment in this zone and start the job again from its recovery point.',
  },
  'snapshot-metadata-corrupt': {
    means: "The snapshot's _metadata file cannot be read: it was cut short or is no such file.",
    remedy: 'Start the job from the recovery point before this one, and check what else the copy of this one lost.',
  },
  'snapshot-file-missing': {
    means: 'A file that the snapshot refers to is not in the store.',
    remedy:
      'Start the job from the recovery point before this one. Look for lifecycle rules or clean-up jobs on the store.',
  },
  'snapshot-data-corrupt': {
    means: 'A state file of the snapshot is there, but its content is damaged.',
    remedy: 'Start the job from the recovery point before this one, and check the store for bad disks.',
  },
  'out-of-memory': {
    means: 'A JobManager or TaskManager ran out of memory and was ended.',
    remedy: 'Give the process that the sentence names more memory in the FlinkDeployment, then start the job again.',
  },
  unschedulable: {
    means: 'The zone has no room, quota or fitting node for the pods.',
    remedy: 'Free room (jobs of lower tiers first), add nodes or raise the quota; the pods then start by themselves.',
  },
  'image-pull': {
    means: "The zone's nodes cannot get the job's image.",
    remedy: "Push the image to this zone's registry, or mend image and pull secret in the zone's overlay.",
  },
  'restart-loop': {
    means: 'The job or its JobManager starts, fails and starts again.',
    remedy: 'Mend the cause that the sentence quotes; the recovery point itself gave no sign of damage.',
  },
  'operator-rejected': {
    means: 'The Flink operator refuses the FlinkDeployment or cannot carry it out.',
    remedy: "Mend the field that the operator names, in the job's spec or in the zone's overlay.",
  },
  'job-manager-unreachable': {
    means: "The job's JobManager does not answer.",
    remedy: "Check the JobManager's pod and log, and the way to it: Service, network policy, flinkRest of the zone.",
  },
  'not-ready-in-time': {
    means: 'The job was still starting, with nothing wrong to be seen, when its time was over.',
    remedy: 'Look again: it may be up by now. If large state is the cause, give its tier a longer start deadline.',
  },
  unknown: {
    means: 'What was gathered does not say why.',
    remedy: 'Read the evidence and the logs of the job; tell us if there was a sign that should have been understood.',
  },
} as const;

export type DiagnosisCode = keyof typeof diagnosisCodes;
