/** What a pod template adds to Flink's own container: requests of other containers, and on which nodes it may stand. */
import { parseBytes, parseCpuMillis } from './quantity.ts';
import type { Placing, Resources, Toleration } from './types.ts';

/** Flink sets the requests of the container of this name from the job's settings, whatever the template says. */
const flinkContainer = 'flink-main-container';

export interface ContainerSpec {
  name?: string;
  /** `Always` makes an init container a sidecar, which stays. */
  restartPolicy?: string;
  resources?: { requests?: Record<string, unknown>; limits?: Record<string, unknown> };
}

export interface PodTemplateSpec {
  containers?: ContainerSpec[];
  initContainers?: ContainerSpec[];
  overhead?: Record<string, unknown>;
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
  priorityClassName?: string;
}

/** The template for all pods with that of the component over it. Containers are joined by name. */
export function joinTemplates(common: PodTemplateSpec, own: PodTemplateSpec): PodTemplateSpec {
  return {
    ...common,
    ...own,
    containers: joinByName(common.containers, own.containers),
    initContainers: joinByName(common.initContainers, own.initContainers),
    nodeSelector: { ...common.nodeSelector, ...own.nodeSelector },
    tolerations: [...(common.tolerations ?? []), ...(own.tolerations ?? [])],
  };
}

function joinByName(common: ContainerSpec[] = [], own: ContainerSpec[] = []): ContainerSpec[] {
  const names = new Set(own.map(({ name }) => name));
  return [...common.filter(({ name }) => !names.has(name)), ...own];
}

/** @throws TypeError for a toleration that is none; better here than when nodes are looked at */
export function placingOf({ nodeSelector = {}, tolerations = [] }: PodTemplateSpec): Placing {
  return {
    nodeSelector,
    tolerations: tolerations.map(({ key, operator, value, effect }) => ({
      ...(key ? { key } : {}),
      ...(operator ? { operator } : {}),
      ...(value ? { value } : {}),
      ...(effect ? { effect } : {}),
    })),
  };
}

/** What a pod of this template will ask for, when Flink gives its own container `main`. Undefined as below. */
export function templateRequestsOf(template: PodTemplateSpec, main: Resources): Resources | undefined {
  const others = (template.containers ?? []).filter(({ name }) => name !== flinkContainer);
  const { cpuMillis, memoryBytes } = main;
  const flink = { name: flinkContainer, resources: { requests: { cpu: cpuMillis / 1000, memory: memoryBytes } } };
  return podRequestsOf({ ...template, containers: [...others, flink] });
}

/**
 * What a pod asks for: its containers together, or the greediest init container if that is more. Undefined when an
 * amount cannot be read.
 */
export function podRequestsOf(template: PodTemplateSpec): Resources | undefined {
  const containers = template.containers ?? [];
  const inits = template.initContainers ?? [];
  const staying = [...containers, ...inits.filter(isSidecar)].map(requestsOf);
  const passing = inits.filter((one) => !isSidecar(one)).map(requestsOf);
  const overhead = amountsOf(template.overhead);
  if (![...staying, ...passing, overhead].every((one) => one !== undefined)) return undefined;
  const sum = add(nothing, ...(staying as Resources[]));
  return add(largest(sum, ...(passing as Resources[])), overhead!);
}

const nothing: Resources = { cpuMillis: 0, memoryBytes: 0 };

const isSidecar = ({ restartPolicy }: ContainerSpec): boolean => restartPolicy === 'Always';

/** A limit without a request is a request of as much: so the API server fills it in. */
function requestsOf({ resources }: ContainerSpec): Resources | undefined {
  return amountsOf({ ...resources?.limits, ...resources?.requests });
}

function amountsOf(amounts: Record<string, unknown> = {}): Resources | undefined {
  const cpuMillis = parseCpuMillis(amounts['cpu'] ?? 0);
  const memoryBytes = parseBytes(amounts['memory'] ?? 0);
  return cpuMillis === undefined || memoryBytes === undefined ? undefined : { cpuMillis, memoryBytes };
}

function add(...all: Resources[]): Resources {
  return all.reduce((sum, one) => ({
    cpuMillis: sum.cpuMillis + one.cpuMillis,
    memoryBytes: sum.memoryBytes + one.memoryBytes,
  }));
}

function largest(...all: Resources[]): Resources {
  return all.reduce((most, one) => ({
    cpuMillis: Math.max(most.cpuMillis, one.cpuMillis),
    memoryBytes: Math.max(most.memoryBytes, one.memoryBytes),
  }));
}
