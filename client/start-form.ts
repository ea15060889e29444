/** Links to the start form of Temporal's Web UI, filled in as far as the form allows: only the input is left to type. */
import type { Config } from '../model/config/types.ts';
import type { EscapeInput } from '../model/inputs/escape-input.ts';
import { temporalOptions } from './temporal.ts';

/** What stands in a link where the name of the incident must be put. */
const incidentPlaceholder = 'INCIDENT';

/** The link for the escape of a zone; undefined where the configuration does not say where the UI is. */
export function startFormLink(
  config: Config,
  zone: string,
  incident: string = incidentPlaceholder,
): string | undefined {
  if (config.temporal.ui === undefined) return undefined;
  const { namespace } = temporalOptions(config);
  const query = new URLSearchParams({
    workflowId: `escape/${zone}/${incident}`,
    taskQueue: config.temporal.taskQueue,
    workflowType: 'escapeZone',
  });
  const base = config.temporal.ui.replace(/\/+$/, '');
  return `${base}/namespaces/${encodeURIComponent(namespace)}/workflows/start-workflow?${query.toString()}`;
}

/** The input to type there: what was asked for, but for real. Who asks and by what the form cannot know. */
export function startFormInput(asked: EscapeInput): string {
  const { dryRun: _dryRun, by: _by, via: _via, incident: _incident, ...input } = asked;
  return JSON.stringify(input);
}
