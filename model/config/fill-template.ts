/** Flink settings of a store are templates: what differs by job is filled in when a job's spec is rendered. */

/** Fills `{namespace}` and `{job}` into each value of a template of Flink settings. */
export function fillTemplate(
  template: Record<string, string>,
  job: { namespace: string; name: string },
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [
      key,
      value.replaceAll('{namespace}', () => job.namespace).replaceAll('{job}', () => job.name),
    ]),
  );
}
