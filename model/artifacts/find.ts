/** Which files a job needs to start, beside its image and its state. */
import type { FlinkDeploymentSpec } from '../job/flink-deployment.ts';
import { artifactFolder } from '../store-keys.ts';
import { placeOf, type ArtifactPlace, type StoresInSight } from './place.ts';

export type FoundArtifact = { uri: string } & ArtifactPlace;

/** Settings of Flink that hold lists of URIs. The first is read since 1.19, together with a remote `jarURI`. */
export const artifactSettings = ['user.artifacts.artifact-list', 'pipeline.jars', 'pipeline.classpaths'] as const;

/**
 * Each once, in the order of its first mention: the job's jar, the lists in its settings, what its owner names for the
 * pod templates, and the copies that a round of ours has put into the spec when the job came from another zone.
 * `declared` is the value of the annotation, URIs with commas between.
 */
export function artifactsOf(
  spec: FlinkDeploymentSpec,
  declared: string | undefined,
  stores: StoresInSight,
): FoundArtifact[] {
  const text = JSON.stringify(spec);
  const settings = artifactSettings.flatMap((name) => listOf(spec.flinkConfiguration?.[name]));
  const named = new Set([...(spec.job?.jarURI ? [spec.job.jarURI] : []), ...settings, ...copiesIn(text)]);
  const artifacts = [...named].map((uri) => ({ uri, ...placeOf(uri, stores) }));
  for (const uri of listOf(declared, ',')) {
    if (named.has(uri)) continue;
    named.add(uri);
    const place = placeOf(uri, stores);
    // The owner's words are of the zone that the job came from; what it runs with now stands in its spec.
    const isOfFormerZone = place.kind === 'in-peer' || (place.kind === 'elsewhere' && place.zoneStore);
    if (!isOfFormerZone || text.includes(uri)) artifacts.push({ uri, ...place });
  }
  return artifacts;
}

/** Flink separates by semicolons, and since 1.19 also takes a YAML list in brackets. */
function listOf(value: unknown, separator = ';'): string[] {
  if (typeof value !== 'string') return [];
  const bracketed = /^\s*\[(.*)\]\s*$/s.exec(value);
  const parts = bracketed ? bracketed[1]!.split(',') : value.split(separator);
  return parts.map((part) => part.trim().replace(/^(['"])(.*)\1$/, '$2')).filter((part) => part !== '');
}

function copiesIn(text: string): string[] {
  const pattern = new RegExp(
    `[A-Za-z][A-Za-z0-9+.-]*://[^\\s"'\\\\;,]*/${artifactFolder}/[0-9a-f]{64}/[\\w.+@%~-]*\\w`,
    'g',
  );
  return text.match(pattern) ?? [];
}
