/**
 * A job's own labels, wherever its object is. They are kept in an annotation of the standby and not as its labels:
 * Argo CD and Helm know what is theirs by labels, and would delete a standby that bears them.
 */
import type { FlinkDeployment } from './flink-deployment.ts';
import { annotations, isOurs } from './marks.ts';

/** All labels of the job, those kept in the annotation included. An annotation that cannot be read is none. */
export function labelsOf({ metadata }: FlinkDeployment): Record<string, string> {
  return { ...keptLabels(metadata.annotations?.[annotations.labels]), ...metadata.labels };
}

/** The annotation for the job's object in another zone; none where the job has no labels of its own. */
export function keepLabels(job: FlinkDeployment): Record<string, string> {
  const own = Object.entries(labelsOf(job)).filter(([key]) => !isOurs(key));
  return own.length === 0 ? {} : { [annotations.labels]: JSON.stringify(Object.fromEntries(own)) };
}

function keptLabels(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  try {
    const kept: unknown = JSON.parse(text);
    if (typeof kept !== 'object' || kept === null || Array.isArray(kept)) return {};
    return Object.fromEntries(
      Object.entries(kept).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}
