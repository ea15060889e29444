/** Chains of Java causes from everywhere they appear: Flink's exceptions, the JobManager's log, the operator's error. */
import { causeChain } from '../flink/root-cause.ts';
import type { DiagnosisInput } from './input.ts';
import { parseOperatorError } from './operator-error.ts';

/** One exception with its causes, outermost first. */
export interface Chain {
  source: 'task' | 'job-manager-log' | 'operator';
  causes: string[];
}

/** Tasks' own exceptions first: they are about this job alone, newest first as Flink gives them. */
export function chainsOf(input: DiagnosisInput): Chain[] {
  const tasks = (input.exceptions ?? []).map(
    (entry) => ({ source: 'task', causes: causeChain(entry.stacktrace) }) as const,
  );
  const logged = chainsInLog(input.jobManagerLog ?? '').map(
    (causes) => ({ source: 'job-manager-log', causes }) as const,
  );
  const error = input.operatorError ? parseOperatorError(input.operatorError) : undefined;
  const operator = error ? [{ source: 'operator', causes: error.messages } as const] : [];
  return [...tasks, ...logged, ...operator].filter((chain) => chain.causes.length > 0);
}

const startOfException = /^(?:[\w$]+\.)+[\w$]*(?:Exception|Error|Throwable)\b/;

/** Stack traces between a log's lines, newest first. A log line starts with its time, an exception with its class. */
function chainsInLog(log: string): string[][] {
  const chains: string[][] = [];
  let current: string[] | undefined;
  for (const line of log.split('\n')) {
    const caused = line.startsWith('Caused by: ');
    if (startOfException.test(line)) {
      current = [line];
      chains.push(current);
    } else if (caused && current) current.push(line.slice('Caused by: '.length));
    else if (caused) chains.push((current = [line.slice('Caused by: '.length)]));
    else if (!/^\s+(at |\.\.\. )/.test(line)) current = undefined;
  }
  return chains.reverse();
}
