/**
 * The one table of errors that a user can be shown: code, what it means, what to do. Codes are never reused. Workflow
 * failures carry the code as their `type`; the CLI and the API show sentence and remedy. `docs/errors.md` is held
 * against this table by a test.
 */
export const errorCodes = {
  BadInput: {
    means: 'The request has a field that is missing, unknown or out of range.',
    remedy: 'Mend the field that the sentence names and send it again; nothing was started.',
  },
  BadConfig: {
    means: 'az-escape.yaml cannot be used.',
    remedy: 'Mend every line that the message lists, then run `az-escape config check`.',
  },
  UnknownZone: {
    means: 'The zone is not in the configuration.',
    remedy: 'Use one of the zones that the sentence lists.',
  },
  UnknownStore: {
    means: 'The job names a store that its zone does not have in the configuration.',
    remedy:
      'Name a store of the zone in the annotation az-escape.io/store of the job, or add the store to az-escape.yaml.',
  },
  PeerDown: {
    means: 'The zone to escape to, or of several peers the one that has the job’s standby, does not answer.',
    remedy:
      'Check its API server and store with `az-escape config check`. Nothing was started there; once it answers, escape as a new incident or wait for the next round of protection.',
  },
  EscapeUnderWay: {
    means: 'Another incident is already being handled for this zone.',
    remedy: 'Follow the escape that the sentence names; two never run for one zone.',
  },
  ProtectUnderWay: {
    means: 'A round of protection of this zone runs already.',
    remedy: 'Wait for it to end, or follow it in the Temporal UI under the id that the sentence names.',
  },
  RoundUnderWay: {
    means: 'Another round of protection of this job is under way, from a schedule or by hand.',
    remedy: 'Nothing: that round makes the recovery point. A round that died counts no more after a minute.',
  },
  UpkeepUnderWay: {
    means: 'A retention or a re-check of this zone runs already.',
    remedy: 'Wait for it to end, or follow it in the Temporal UI under the id that the sentence names.',
  },
  NothingProtected: {
    means: 'The peer zone holds no standby or twin of a job of this zone.',
    remedy: 'Run `az-escape protect <zone>` while the zone lives; without recovery points nothing can escape.',
  },
  NothingSelected: {
    means: 'The escape was limited to jobs of which the peer zone holds none, so nothing was started.',
    remedy: 'Mend the limit that the sentence names; labels count as they were in the last round of protection.',
  },
  NoTier: {
    means: 'A FlinkDeployment carries no tier label, so it is not protected.',
    remedy: 'Label it az-escape.io/tier with P0, P1, P2 or P3.',
  },
  JobNotFound: {
    means: 'No FlinkDeployment of that name is in the zone.',
    remedy: 'Check namespace and name with `kubectl get flinkdeployments -A`.',
  },
  JobEnded: {
    means: 'The job’s owner had deleted or suspended it in the lost zone, so the escape did not start it.',
    remedy: 'Nothing, if that was meant. Else take the annotation az-escape.io/ended off its standby and escape again.',
  },
  JobNotHealthy: {
    means: 'The job does not run healthily, so no recovery point was made of it.',
    remedy: 'Bring the job back to RUNNING; its previous recovery points stay in use.',
  },
  StoreDown: {
    means: 'The peer zone’s store did not take a small test object in time.',
    remedy: 'Check the store; the job was not touched and its previous recovery points stay in use.',
  },
  SavepointFailed: {
    means: 'Flink could not take the savepoint.',
    remedy: 'Read Flink’s own words in the sentence; the previous recovery points stay in use.',
  },
  NothingToShip: {
    means: 'In mode ship: the job has no completed checkpoint that can be copied from its zone’s store.',
    remedy: 'Set in the job what the sentence names, or use mode savepoint; the previous recovery points stay in use.',
  },
  CheckpointGone: {
    means: 'In mode ship: each checkpoint lost a file while it was copied.',
    remedy:
      'Set execution.checkpointing.num-retained to 3 or more, or checkpoint less often; what was copied is kept for the next round.',
  },
  SnapshotIncomplete: {
    means: 'A file that the snapshot refers to is missing or shorter than it must be.',
    remedy: 'Take a new recovery point; an escape uses the newest intact one.',
  },
  MetadataUnreadable: {
    means: 'The snapshot’s _metadata is truncated, damaged or of an unknown version.',
    remedy: 'Take a new recovery point; for an unknown version update az-escape.',
  },
  NameTaken: {
    means: 'The peer has a job of the same namespace and name that belongs to another zone.',
    remedy:
      'Give one of the two another name or namespace, or another peer by the annotation az-escape.io/peer; until then the job is not protected. If the other job is gone for good, delete what it left there.',
  },
  TwinUnwell: {
    means: 'The recovery point was kept, but the P0 job’s twin in the peer zone does not run healthily.',
    remedy:
      'Look at the twin’s pods and exceptions in the peer zone; until it runs, an escape uses the recovery point.',
  },
  NoRecoveryPoint: {
    means: 'No intact recovery point of the job lies in the peer zone.',
    remedy: 'Start the job by hand from a snapshot of your own, or without state.',
  },
  ArtifactMissing: {
    means:
      'The job’s state is intact in the peer zone, but a file that it needs to start, such as its jar, is not there. Nothing of the job was started.',
    remedy:
      'Bring the file into the peer zone and start the job there with it by hand, from the restorePath of its newest recovery point. While both zones live, look at the finding ArtifactMissing of its rounds.',
  },
  NoRoom: {
    means: 'The peer zone has no room for the job, so it was left before anything of it was started.',
    remedy:
      'Make what the sentence misses: nodes, quota, or jobs there that can pause. Then run the escape as a new incident.',
  },
  EpochTaken: {
    means: 'Somebody else claimed the right to run this job after the plan was made.',
    remedy: 'Look who holds the newest epoch; run the escape again if it still should move.',
  },
  NoEscape: {
    means: 'No escape of this zone is running.',
    remedy: 'Start one with `az-escape escape <zone>`, or read the report of the last one.',
  },
  NothingToApprove: {
    means: 'The escape does not wait for approval: none was asked for, there is no plan yet, or it is over.',
    remedy: 'Look at `az-escape status <zone>`; approve once it shows the plan and waits.',
  },
  JobStarted: {
    means: 'The batch of the job has begun, so the job can no longer be skipped.',
    remedy: 'Let it start; stop it afterwards with `kubectl` if it must not run.',
  },
  TooEarly: {
    means: 'The plan of the escape cannot be read yet.',
    remedy: 'Send the same again in a few seconds; nothing was changed by it.',
  },
  NoReport: {
    means: 'The report of that escape cannot be read from the store of the zone that took its jobs.',
    remedy: 'Check the id, which is <zone>-<incident>; the report is written when the escape ends.',
  },
  NoWorker: {
    means: 'Temporal has the request, but no worker took it in time.',
    remedy: 'Start `az-escape worker`, then send the same request again: the same incident is one escape.',
  },
  TemporalDown: {
    means: 'Temporal cannot be reached.',
    remedy: 'Check temporal.address with `az-escape config check`, then send the same request again.',
  },
  ApiClosed: {
    means: 'The HTTP API has no usable token, so it does not start.',
    remedy: 'Name at least one token of 16 characters or more under api.tokens in az-escape.yaml.',
  },
  UnknownCaller: {
    means: 'The request carries no token, an unknown or expired one, or a signature that does not fit its body.',
    remedy: 'Send `Authorization: Bearer <token>` with a token of api.tokens, or sign with a secret of the hook.',
  },
  RoleTooSmall: {
    means: 'The token is known, but its role may not do this.',
    remedy: 'Use a token whose role may; roles are in az-escape.yaml under api.tokens.',
  },
  NoSuchPath: {
    means: 'The HTTP API has nothing under this path, or not with this method.',
    remedy: 'Read /openapi.json, which lists every path.',
  },
  BodyTooLarge: {
    means: 'The body of the request is larger than 64 KB.',
    remedy: 'Send less; nothing was started.',
  },
  NotJson: {
    means: 'The body of the request is not declared as JSON.',
    remedy: 'Send one JSON object with `Content-Type: application/json`; nothing was started.',
  },
  Internal: {
    means: 'az-escape met a mistake of its own.',
    remedy: 'Read the log of the process and report it.',
  },
} as const;

export type ErrorCode = keyof typeof errorCodes;
