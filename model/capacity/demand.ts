/**
 * What a job asks of the zone in which it runs, from its FlinkDeployment. Requests alone count: Flink's limit factors
 * raise limits, which take no room on a node.
 */
import type { FlinkDeploymentSpec } from '../job/flink-deployment.ts';
import { joinTemplates, placingOf, templateRequestsOf, type PodTemplateSpec } from './pod-template.ts';
import { parseCpuMillis, parseFlinkMemory } from './quantity.ts';
import type { JobDemand, PodShape } from './types.ts';

interface ComponentSpec {
  resource?: { cpu?: unknown; memory?: unknown };
  /** A whole number, if the CRD is to be believed. */
  replicas?: unknown;
  podTemplate?: { spec?: PodTemplateSpec };
}

/** Defaults of the configuration that the operator 1.7 and Flink 1.20 are shipped with. */
const defaults = {
  jobManager: { cpu: 1, memory: '1600m' },
  taskManager: { memory: '1728m', slots: '1' },
} as const;

/** The demand, or why it cannot be told; then the job is planned without a judgement on room. */
export function demandOf(spec: FlinkDeploymentSpec): JobDemand | { unknown: string } {
  try {
    return readDemand(spec);
  } catch {
    // Users write pod templates, and the API server takes any shape there: one odd spec must not end an escape.
    return { unknown: 'its spec has a shape that cannot be read' };
  }
}

function readDemand(spec: FlinkDeploymentSpec): JobDemand | { unknown: string } {
  const settings = spec.flinkConfiguration ?? {};
  const manager = (spec['jobManager'] ?? {}) as ComponentSpec;
  const worker = (spec['taskManager'] ?? {}) as ComponentSpec;
  const common = (spec['podTemplate'] as ComponentSpec['podTemplate'])?.spec ?? {};
  const slots = Number(settings['taskmanager.numberOfTaskSlots'] ?? defaults.taskManager.slots);
  if (!isCount(slots)) return { unknown: 'taskmanager.numberOfTaskSlots is not a whole number' };
  const jobManagers = Number(manager.replicas || 1);
  const taskManagers = taskManagersOf(spec, worker, slots);
  if (!isCount(jobManagers)) return { unknown: 'the replicas of its JobManager are not a whole number' };
  if (!isCount(taskManagers)) return { unknown: 'its parallelism is not a whole number' };

  const jobManager = shapeOf('JobManager', jobManagers, manager, common, {
    cpu: amountFrom(settings, 'jobmanager') ?? defaults.jobManager.cpu,
    memory: memoryFrom(settings, 'jobmanager', defaults.jobManager.memory),
  });
  if ('unknown' in jobManager) return jobManager;
  const taskManager = shapeOf('TaskManager', taskManagers, worker, common, {
    // Without a word on it Flink gives a TaskManager a core for each slot.
    cpu: amountFrom(settings, 'taskmanager') ?? slots,
    memory: memoryFrom(settings, 'taskmanager', defaults.taskManager.memory),
  });
  if ('unknown' in taskManager) return taskManager;
  const shapes = [jobManager, taskManager];
  const total = (of: (shape: PodShape) => number) => shapes.reduce((sum, shape) => sum + of(shape), 0);
  return {
    shapes,
    pods: total(({ count }) => count),
    cpuMillis: total(({ count, cpuMillis }) => count * cpuMillis),
    memoryBytes: total(({ count, memoryBytes }) => count * memoryBytes),
    priorityClass: worker.podTemplate?.spec?.priorityClassName ?? common.priorityClassName ?? null,
  };
}

/** Replicas win over the parallelism where both are given, as in the operator. */
function taskManagersOf(spec: FlinkDeploymentSpec, worker: ComponentSpec, slots: number): number {
  const parallelism = Number(spec.job?.parallelism || spec.flinkConfiguration?.['parallelism.default'] || 1);
  return Number(worker.replicas || Math.ceil(parallelism / slots));
}

/**
 * How much a job costs beside others: a core and 4 GiB count alike, which is about how machines are sold.
 */
export function costOf({ cpuMillis, memoryBytes }: { cpuMillis: number; memoryBytes: number }): number {
  return cpuMillis + (memoryBytes / 2 ** 32) * 1000;
}

function shapeOf(
  component: PodShape['component'],
  count: number,
  own: ComponentSpec,
  common: PodTemplateSpec,
  otherwise: { cpu: unknown; memory: unknown },
): PodShape | { unknown: string } {
  const cpuMillis = parseCpuMillis(own.resource?.cpu ?? otherwise.cpu);
  const memoryBytes = parseFlinkMemory(own.resource?.memory ?? otherwise.memory);
  if (cpuMillis === undefined) return { unknown: `the CPU of its ${component} cannot be read` };
  if (memoryBytes === undefined) return { unknown: `the memory of its ${component} cannot be read` };
  const template = joinTemplates(common, own.podTemplate?.spec ?? {});
  const requests = templateRequestsOf(template, { cpuMillis, memoryBytes });
  if (!requests) return { unknown: `a request in the pod template of its ${component} cannot be read` };
  return { component, count, ...requests, ...placingOf(template) };
}

function amountFrom(settings: Record<string, string>, process: string): string | undefined {
  const written = settings[`kubernetes.${process}.cpu.amount`] ?? settings[`kubernetes.${process}.cpu`];
  return written !== undefined && Number(written) > 0 ? written : undefined;
}

/** Flink adds up the process from its parts when they are given instead of the whole; that sum is not made here. */
function memoryFrom(settings: Record<string, string>, process: string, otherwise: string): string | undefined {
  const whole = settings[`${process}.memory.process.size`];
  if (whole !== undefined) return whole;
  return settings[`${process}.memory.flink.size`] === undefined ? otherwise : undefined;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
