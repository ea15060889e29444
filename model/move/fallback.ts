/** The start settings that a job's owner allows when it does not come up as it is: the annotation `fallback`. */
import { z } from 'zod';
import { annotations } from '../job/marks.ts';
import type { FlinkDeploymentSpec } from '../job/flink-deployment.ts';

const fallbackSchema = z
  .strictObject({
    /** Start although state of the snapshot belongs to no operator of the job: that state is lost. */
    allowNonRestoredState: z.boolean().optional(),
    /** Flink settings that replace those of the spec. */
    flinkConfiguration: z.record(z.string().min(1), z.string()).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'names no setting');

export type Fallback = z.infer<typeof fallbackSchema>;

/** What the annotation says; undefined where there is none, `bad` in words where it cannot be read. */
export function fallbackOf(marks: Record<string, string>): { fallback?: Fallback; bad?: string } {
  const written = marks[annotations.fallback];
  if (written === undefined) return {};
  let json: unknown;
  try {
    json = JSON.parse(written);
  } catch {
    return { bad: `annotation ${annotations.fallback} is not JSON` };
  }
  const parsed = fallbackSchema.safeParse(json);
  if (parsed.success) return { fallback: parsed.data };
  const issue = parsed.error.issues[0]!;
  return { bad: `annotation ${annotations.fallback}: ${[...issue.path, issue.message].join(' ')}` };
}

/** The spec with those settings in it. */
export function withFallback(spec: FlinkDeploymentSpec, fallback: Fallback): FlinkDeploymentSpec {
  const flinkConfiguration = { ...spec.flinkConfiguration, ...fallback.flinkConfiguration };
  const { allowNonRestoredState } = fallback;
  return {
    ...spec,
    flinkConfiguration,
    job: { ...spec.job, ...(allowNonRestoredState === undefined ? {} : { allowNonRestoredState }) },
  };
}
