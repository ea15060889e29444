/** From everything that was gathered about a job that did not come up, to the one reason that explains it best. */
import { mostTelling, rootCause } from '../flink/root-cause.ts';
import { chainsOf } from './causes.ts';
import type { DiagnosisCode } from './codes.ts';
import { evidenceOf } from './evidence.ts';
import type { DiagnosisInput } from './input.ts';
import { innermostMessage, parseOperatorError } from './operator-error.ts';
import { isImageReason, podSign } from './pod-signs.ts';
import { snapshotSign } from './snapshot-signs.ts';

export interface Diagnosis {
  code: DiagnosisCode;
  /** One sentence that quotes Flink, Kubernetes or the operator. */
  sentence: string;
  /** What it rests on, and what could not be had; a line each. */
  evidence: string[];
  /** It failed, but not yet again and again: under the load of a thousand starts many do once, and then run. */
  mayPass: boolean;
}

interface Finding {
  code: DiagnosisCode;
  /** Our words. */
  says: string;
  /** Theirs. */
  quote?: string | undefined;
  mayPass?: boolean;
}

/** Longest quotation in a sentence, in characters. */
const maxQuote = 600;

/**
 * Rules from the most to the least telling: the first that finds its sign wins. A damaged snapshot comes before what
 * follows from it (a restart loop, a JobManager that does not answer).
 */
const rules: readonly ((input: DiagnosisInput) => Finding | undefined)[] = [
  wrongPath,
  damagedSnapshot,
  podTrouble,
  flinkOutOfMemory,
  operatorError,
  noSlots,
  restartLoop,
  unreachable,
  tooSlow,
];

const noSign: Finding = { code: 'unknown', says: 'Nothing that was gathered says why' };

/** Always answers; `unknown` is the named catch-all. */
export function diagnose(input: DiagnosisInput): Diagnosis {
  const found = rules.map((rule) => rule(input)).find((finding) => finding !== undefined);
  const { code, says, quote, mayPass = false } = found ?? noSign;
  return { code, sentence: sentenceOf(says, quote), evidence: evidenceOf(input), mayPass };
}

function sentenceOf(says: string, quote: string | undefined): string {
  const text = quote?.replace(/\s+/g, ' ').trim() ?? '';
  if (text === '') return `${says}.`;
  const cut = text.length > maxQuote ? `${text.slice(0, maxQuote - 1)}…` : text;
  return `${says}: ${cut.replace(/\.$/, '')}.`;
}

function wrongPath({ verdict, askedPath }: DiagnosisInput): Finding | undefined {
  if (verdict?.state !== 'wrong-path') return undefined;
  const instead = verdict.restoredPath === undefined ? 'nothing at all' : verdict.restoredPath;
  const says = `The job restored ${instead} instead of ${askedPath ?? 'the snapshot it was asked to'}`;
  return { code: 'wrong-path-restored', says };
}

const snapshotSays = {
  'snapshot-file-missing': 'A file of the snapshot is missing',
  'snapshot-metadata-corrupt': "The snapshot's _metadata cannot be read",
  'snapshot-data-corrupt': 'A state file of the snapshot is damaged',
} as const;

function damagedSnapshot(input: DiagnosisInput): Finding | undefined {
  const sign = snapshotSign(chainsOf(input));
  return sign && { code: sign.code, says: snapshotSays[sign.code], quote: rootCause(sign.cause) ?? sign.cause };
}

const podSays = {
  'out-of-memory': 'A container ran out of memory',
  'image-pull': "The job's image could not be pulled",
  unschedulable: 'The zone has no place for the pods',
} as const;

function podTrouble(input: DiagnosisInput): Finding | undefined {
  const sign = podSign(input);
  return sign && { code: sign.code, says: podSays[sign.code], quote: sign.text };
}

function flinkOutOfMemory(input: DiagnosisInput): Finding | undefined {
  const cause = findCause(input, /OutOfMemoryError/);
  return cause === undefined ? undefined : { code: 'out-of-memory', says: 'A JVM ran out of memory', quote: cause };
}

/** Flink waited for slots in vain, and no pod says why. */
function noSlots(input: DiagnosisInput): Finding | undefined {
  const cause = findCause(input, /NoResourceAvailableException|Could not acquire the minimum required resources/);
  return cause === undefined
    ? undefined
    : { code: 'unschedulable', says: 'Flink got no slots for its tasks', quote: cause };
}

function operatorError({ operatorError: text }: DiagnosisInput): Finding | undefined {
  if (!text) return undefined;
  const error = parseOperatorError(text);
  const quote = innermostMessage(error);
  if (isImageReason(error.reason)) return { code: 'image-pull', says: podSays['image-pull'], quote };
  // These two are what the operator sees of a failing job; what it fails of is for the later rules to say.
  if (error.reason === 'CrashLoopBackOff' || error.type === 'MissingJobManagerException') return undefined;
  return { code: 'operator-rejected', says: 'The Flink operator reports', quote };
}

function restartLoop(input: DiagnosisInput): Finding | undefined {
  const cause = mostTelling((input.exceptions ?? []).map((entry) => entry.stacktrace));
  const logged = chainsOf(input)
    .find((chain) => chain.source === 'job-manager-log')
    ?.causes.at(-1);
  const crashing = input.pods?.find((pod) => pod.reason === 'CrashLoopBackOff' || pod.restarts >= 2);
  if (crashing) {
    const says = `Pod ${crashing.name} was restarted ${crashing.restarts} times`;
    return { code: 'restart-loop', says, quote: cause ?? logged ?? crashing.message };
  }
  if (input.verdict?.state === 'failing') {
    return { code: 'restart-loop', says: 'The job fails again and again', quote: cause ?? input.verdict.why };
  }
  if (cause !== undefined) {
    return { code: 'restart-loop', says: 'The job fails while it starts', quote: cause, mayPass: true };
  }
  const error = input.operatorError ? parseOperatorError(input.operatorError) : undefined;
  if (error?.reason === 'CrashLoopBackOff') {
    const quote = logged ?? innermostMessage(error);
    return { code: 'restart-loop', says: 'The JobManager is restarted again and again', quote };
  }
  return undefined;
}

function unreachable(input: DiagnosisInput): Finding | undefined {
  const error = input.operatorError ? parseOperatorError(input.operatorError) : undefined;
  const quote =
    input.lastFailure ?? (error?.type === 'MissingJobManagerException' ? innermostMessage(error) : undefined);
  if (quote === undefined) return undefined;
  return { code: 'job-manager-unreachable', says: 'The JobManager did not answer', quote };
}

function tooSlow({ verdict, operatorSays }: DiagnosisInput): Finding | undefined {
  const code = 'not-ready-in-time';
  switch (verdict?.state) {
    case 'starting':
      return { code, says: 'The job was still starting when its time was over', quote: verdict.why };
    case 'all-running':
      return { code, says: 'All tasks run, but the job completed no checkpoint within its time' };
    default:
      return operatorSays === undefined
        ? undefined
        : {
            code,
            says: 'The job was not seen running when its time was over',
            quote: `the operator says ${operatorSays}`,
          };
  }
}

function findCause(input: DiagnosisInput, sign: RegExp): string | undefined {
  return chainsOf(input)
    .flatMap((chain) => chain.causes)
    .find((cause) => sign.test(cause));
}
