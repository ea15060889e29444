/** A job is known by the namespace and name of its FlinkDeployment, the same in every zone. */
export interface JobRef {
  namespace: string;
  name: string;
}

/** The job as people write it, `namespace/name`; also its path in stores. */
export function jobKey(job: JobRef): string {
  return `${job.namespace}/${job.name}`;
}

/** True for a text of the form `namespace/name`. */
export function isJobKey(text: string): boolean {
  return /^[^/\s]+\/[^/\s]+$/.test(text);
}
