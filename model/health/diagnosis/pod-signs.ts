/** Signs in pods and their events: no room, no image, no memory. */
import type { DiagnosisCode } from './codes.ts';
import type { DiagnosisInput, EventFacts, PodFacts } from './input.ts';

export interface PodSign {
  code: Extract<DiagnosisCode, 'unschedulable' | 'image-pull' | 'out-of-memory'>;
  /** Which pod, and in Kubernetes' own words what. */
  text: string;
}

const imageReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
]);

/** True if the waiting reason of a container is about its image. */
export function isImageReason(reason: string | undefined): boolean {
  return reason !== undefined && imageReasons.has(reason);
}

/** The first sign. Events alone count only where no pod could be seen, or none could be made: they outlive their cause. */
export function podSign(input: DiagnosisInput): PodSign | undefined {
  const pods = input.pods ?? [];
  const events = input.events ?? [];

  const killed = pods.find((pod) => pod.reason === 'OOMKilled');
  if (killed) return { code: 'out-of-memory', text: `pod ${killed.name} was OOMKilled${behind(killed.message)}` };

  const imageless = pods.find((pod) => isImageReason(pod.reason));
  if (imageless) {
    const said = messageOf(events, imageless, /image/i) ?? imageless.message;
    return { code: 'image-pull', text: `pod ${imageless.name}: ${imageless.reason}${behind(said)}` };
  }

  const placeless = pods.filter((pod) => pod.unschedulable !== undefined);
  const first = placeless[0];
  if (first) {
    const others = placeless.length > 1 ? ` and ${placeless.length - 1} more` : '';
    return { code: 'unschedulable', text: `pod ${first.name}${others}: ${first.unschedulable}` };
  }

  const refused = events.find((event) => event.reason === 'FailedCreate' && /quota|forbidden/i.test(event.message));
  if (refused) return { code: 'unschedulable', text: `${refused.object}: ${refused.message}` };
  if (pods.length > 0) return undefined;
  const unplaced = events.find((event) => event.reason === 'FailedScheduling');
  if (unplaced) return { code: 'unschedulable', text: `${unplaced.object}: ${unplaced.message}` };
  const unpulled = events.find((event) => event.reason === 'Failed' && /image/i.test(event.message));
  return unpulled ? { code: 'image-pull', text: `${unpulled.object}: ${unpulled.message}` } : undefined;
}

/** The event says which registry refused and why; the pod after a while only "Back-off pulling image". */
function messageOf(events: readonly EventFacts[], pod: PodFacts, about: RegExp): string | undefined {
  const ofPod = events.filter((event) => event.object.endsWith(`/${pod.name}`) && event.type === 'Warning');
  return ofPod.find((event) => about.test(event.message) && !/^(Error: |Back-off)/.test(event.message))?.message;
}

function behind(message: string | undefined): string {
  return message === undefined || message === '' ? '' : `: ${message}`;
}
