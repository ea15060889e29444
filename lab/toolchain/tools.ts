/**
 * Every tool the lab needs and how it is got: the one table that planning, building, status and messages read.
 * The order of a lane is the order in which the lab can use the results while the rest is still being made.
 */
import { cachePaths } from '../layout.ts';
import type { ServingVersions } from './version.ts';

/** Version of the Flink operator; `AZ_ESCAPE_FLINK_OPERATOR_VERSION` takes another one. */
export const operatorVersion = process.env['AZ_ESCAPE_FLINK_OPERATOR_VERSION'] ?? '1.7.0';

interface ToolBase {
  /** Name of the step, its stamp, its log and, for a binary, its file. */
  name: string;
  /** What a person reads in the progress. */
  title: string;
  /** Whether `lab up` and the demo need it. The rest is made only when named. */
  inDemo: boolean;
  /** What making it took on two cores with empty caches, both lanes at work: the weights of the forecast. */
  seconds: number;
  /** The step whose files this one builds upon. */
  after?: string;
}

/** A program built from a pinned Go module, unless the machine has one that serves. */
export interface GoTool extends ToolBase {
  how: 'go';
  /** Folder below lab/toolchain/go with go.mod and go.sum. */
  module: 'kube' | 'temporal' | 's3' | 's5cmd';
  package: string;
  /** The module of go.mod whose version is this tool's version. */
  versionOf: string;
  /** Variables that the linker sets, so that the tool can tell its version (given as `1.36.4`). */
  linkerVariables: (version: string) => Record<string, string>;
  /** Arguments that make the tool print its version. */
  askVersion: readonly string[];
  serving: ServingVersions;
  /** Environment variable that names a program to use instead. */
  environment: string;
}

/** Jars that a pom with pinned versions names, checked against a committed list of digests. */
export interface MavenTool extends ToolBase {
  how: 'maven';
  /** Folder below lab/toolchain/maven with pom.xml. */
  pom: 'flink' | 'operator' | 'hadoop' | 'test-server';
  target: string;
  /** Version that the user may choose; only versions with a list of digests are checked. */
  version?: { property: string; value: string };
}

/** What is made by a piece of this toolchain itself. */
export interface OwnTool extends ToolBase {
  how: 'image' | 'flink-home' | 'class-data' | 'job-jar';
  target: string;
}

export type Tool = GoTool | MavenTool | OwnTool;

function kubernetesVariables(version: string): Record<string, string> {
  const [major = '', minor = ''] = version.split('.');
  const base = 'k8s.io/component-base/version';
  return {
    [`${base}.gitVersion`]: `v${version}`,
    [`${base}.gitMajor`]: major,
    [`${base}.gitMinor`]: minor,
    [`${base}.gitTreeState`]: 'clean',
    'k8s.io/client-go/pkg/version.gitVersion': `v${version}`,
  };
}

function kubernetesTool(name: string, seconds: number, askVersion = ['--version']): GoTool {
  return {
    how: 'go',
    name,
    title: name,
    inDemo: true,
    seconds,
    module: 'kube',
    package: `k8s.io/kubernetes/cmd/${name}`,
    versionOf: 'k8s.io/kubernetes',
    linkerVariables: kubernetesVariables,
    askVersion,
    serving: { least: '1.36.0', same: 'minor' },
    environment: `AZ_ESCAPE_TOOL_${name.toUpperCase().replaceAll('-', '_')}`,
  };
}

/** Programs, in the order in which a zone starts them. */
const programs: readonly GoTool[] = [
  {
    how: 'go',
    name: 'etcd',
    title: 'etcd',
    inDemo: true,
    seconds: 50,
    module: 'kube',
    package: 'go.etcd.io/etcd/server/v3',
    versionOf: 'go.etcd.io/etcd/server/v3',
    linkerVariables: () => ({}),
    askVersion: ['--version'],
    serving: { least: '3.6.0', same: 'major' },
    environment: 'AZ_ESCAPE_TOOL_ETCD',
  },
  kubernetesTool('kube-apiserver', 200),
  kubernetesTool('kube-controller-manager', 50),
  kubernetesTool('kube-scheduler', 5),
  kubernetesTool('kubelet', 15),
  kubernetesTool('kube-proxy', 8),
  kubernetesTool('kubectl', 20, ['version', '--client']),
  {
    how: 'go',
    name: 'temporal',
    title: 'Temporal server with Web UI',
    inDemo: true,
    seconds: 290,
    module: 'temporal',
    package: 'github.com/temporalio/cli/cmd/temporal',
    versionOf: 'github.com/temporalio/cli',
    linkerVariables: (version) => ({ 'github.com/temporalio/cli/internal/temporalcli.Version': version }),
    askVersion: ['--version'],
    serving: { least: '1.8.0', same: 'major' },
    environment: 'AZ_ESCAPE_TOOL_TEMPORAL',
  },
  {
    how: 'go',
    name: 'versitygw',
    title: 'versitygw (S3)',
    inDemo: true,
    seconds: 70,
    module: 's3',
    package: 'github.com/versity/versitygw/cmd/versitygw',
    versionOf: 'github.com/versity/versitygw',
    linkerVariables: (version) => ({ 'main.Version': `v${version}` }),
    askVersion: ['--version'],
    serving: { least: '1.7.0', same: 'major' },
    environment: 'AZ_ESCAPE_TOOL_VERSITYGW',
  },
  {
    how: 'go',
    name: 'kwok',
    title: 'kwok (simulated nodes)',
    inDemo: false,
    seconds: 13,
    module: 'kube',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    versionOf: 'sigs.k8s.io/kwok',
    linkerVariables: () => ({}),
    askVersion: ['--version'],
    serving: { least: '0.8.0', same: 'minor' },
    environment: 'AZ_ESCAPE_TOOL_KWOK',
  },
  {
    how: 'go',
    name: 's5cmd',
    title: 's5cmd (peer of the bench of copying)',
    inDemo: false,
    seconds: 30,
    module: 's5cmd',
    package: 'github.com/peak/s5cmd/v2',
    versionOf: 'github.com/peak/s5cmd/v2',
    linkerVariables: (version) => ({ 'github.com/peak/s5cmd/v2/version.Version': `v${version}` }),
    askVersion: ['version'],
    serving: { least: '2.3.0', same: 'major' },
    environment: 'AZ_ESCAPE_TOOL_S5CMD',
  },
];

/** Everything that is not a program; made beside the Go builds. */
const rest: readonly (MavenTool | OwnTool)[] = [
  { how: 'image', name: 'image', title: 'container image', inDemo: true, seconds: 5, target: cachePaths.image },
  {
    how: 'maven',
    name: 'flink',
    title: 'Flink',
    inDemo: true,
    seconds: 50,
    pom: 'flink',
    target: cachePaths.flink,
  },
  {
    how: 'flink-home',
    name: 'flink-home',
    title: 'Flink home',
    inDemo: true,
    seconds: 1,
    after: 'flink',
    target: cachePaths.flink,
  },
  {
    how: 'class-data',
    name: 'class-data',
    title: 'class archive',
    inDemo: true,
    seconds: 15,
    after: 'flink',
    target: cachePaths.flink,
  },
  {
    how: 'maven',
    name: 'operator',
    title: `Flink operator ${operatorVersion}`,
    inDemo: true,
    seconds: 45,
    pom: 'operator',
    target: cachePaths.operator(operatorVersion),
    version: { property: 'operator.version', value: operatorVersion },
  },
  {
    how: 'job-jar',
    name: 'job-jar',
    title: 'sample jobs',
    inDemo: true,
    seconds: 20,
    target: cachePaths.flink,
  },
  {
    how: 'maven',
    name: 'hadoop',
    title: 'Hadoop (HDFS)',
    inDemo: true,
    seconds: 40,
    pom: 'hadoop',
    target: cachePaths.hadoop,
  },
  {
    how: 'maven',
    name: 'test-server',
    title: 'Temporal test server',
    inDemo: false,
    seconds: 20,
    pom: 'test-server',
    target: cachePaths.testServer,
  },
];

/** Steps that may run side by side; within a lane one after the other. */
export const lanes: readonly (readonly Tool[])[] = [programs, rest];

export const tools: readonly Tool[] = [...programs, ...rest];

/** What `lab up` and the demo need. */
export const demoToolNames: readonly string[] = tools.filter((tool) => tool.inDemo).map((tool) => tool.name);

/**
 * The tool of that name.
 * @throws if there is none; the message lists all names.
 */
export function toolNamed(name: string): Tool {
  const tool = tools.find((each) => each.name === name);
  if (tool) return tool;
  throw new Error(`There is no tool "${name}" in the lab; there are ${tools.map((each) => each.name).join(', ')}.`);
}
