/** The labels and annotations that users and the product write on Kubernetes objects: the one table of them. */
const prefix = 'az-escape.io';

export const labels = {
  /** By users: P0, P1, P2 or P3. A FlinkDeployment without it is not ours. */
  tier: `${prefix}/tier`,
  /** By the product: what the object is in its zone, see `Role`. Absent means active. */
  role: `${prefix}/role`,
  /** By the product, on Deployments that reserve room and their pods: the size for which. */
  placeholder: `${prefix}/placeholder`,
} as const;

export const annotations = {
  /** By users: name of the store in the zones' configuration that keeps this job's snapshots. */
  store: `${prefix}/store`,
  /** By users: `savepoint` or `ship`; without it the tier's policy decides. */
  mode: `${prefix}/mode`,
  /** By users: the zone to which the job is to escape, one of its zone's peers. Without it room decides. */
  peer: `${prefix}/peer`,
  /** By users: a number, 1 without it. Within a tier a job with a larger one comes first. */
  weight: `${prefix}/weight`,
  /** By users: the jobs that feed this one, as `namespace/name`, comma-separated. */
  upstream: `${prefix}/upstream`,
  /** By users: URIs of files that the pod templates fetch by themselves, comma-separated, see `artifactsOf`. */
  artifacts: `${prefix}/artifacts`,
  /** By users: JSON of start settings that are allowed when the job does not come up as it is, see `fallbackOf`. */
  fallback: `${prefix}/fallback`,
  /** By the product: the job's own labels as JSON, for selectors of an escape. */
  labels: `${prefix}/labels`,
  /** By the product: the zone in which the job runs now. */
  activeZone: `${prefix}/active-zone`,
  /** By the product: the zone to which it goes back. */
  preferredZone: `${prefix}/preferred-zone`,
  /** By the product: count of the job's moves; only the holder of the newest may run. */
  epoch: `${prefix}/epoch`,
  /** By the product, on the active job of a zone with several peers: the one that holds its standby, see `seats`. */
  standbyIn: `${prefix}/standby-in`,
  /** By the product: URI of the manifest of the newest recovery point. */
  recoveryPoint: `${prefix}/recovery-point`,
  /** By the product: the snapshot path from which this object's job was started. */
  startedFrom: `${prefix}/started-from`,
  /** By the product: the escape that started this object's job. */
  escape: `${prefix}/escape`,
  /** By the product: that escape promoted the running twin, and started nothing. */
  promoted: `${prefix}/promoted`,
  /** By the product: how often that escape has started this job anew because it did not come up. */
  climbed: `${prefix}/climbed`,
  /** By the product: it was started by that escape and did not come up, for this reason; the next escape tries again. */
  failed: `${prefix}/failed`,
  /** By the product, on a standby or twin: its owner deleted or suspended the job at home, and since when, see `readEnded`. */
  ended: `${prefix}/ended`,
  /** By the product: the escape that ended this job to make room for others, until it was given its room back. */
  preemptedBy: `${prefix}/preempted-by`,
  /** By the product: the savepoint that was taken right before that; absent when there was no time for one. */
  comeBackFrom: `${prefix}/come-back-from`,
  /** By the product, on the same: its owner's value of the setting by which its pods were taken away, see `dismissPatch`. */
  shutdownTtl: `${prefix}/shutdown-ttl`,
  /** By the product, on pods: changed so that the kubelet renews mounted ConfigMaps at once. */
  poke: `${prefix}/poke`,
} as const;

/** True for the key of a label or annotation of this table, and of any other with our prefix. */
export function isOurs(key: string): boolean {
  return key.startsWith(`${prefix}/`);
}

/** active: runs here; standby: suspended, waits here; twin: runs here beside the active one, its sink silent. */
export const roles = ['active', 'standby', 'twin'] as const;
export type Role = (typeof roles)[number];

/** Field manager of every write (server-side apply). */
export const fieldManager = 'az-escape';

/** Name of the ConfigMap from which a P0 job reads its role, under the key `role`. */
export function roleConfigMapName(jobName: string): string {
  return `${jobName}-role`;
}
