/** A real Flink of one's own: one job, its JobManager and a TaskManager as plain processes on the loopback. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachePaths } from '../../../lab/layout.ts';
import { jobJar } from '../../../lab/toolchain/job-jar.ts';
import { jdkHome } from '../../../lab/toolchain/jdk.ts';
import { freePorts, startServer, type ServerProcess } from './process.ts';

export interface FlinkServer {
  /** Address of the REST API. */
  rest: string;
  jobId: string;
  jobManager: ServerProcess;
  taskManager: ServerProcess;
  stop(): Promise<void>;
}

const jobId = '00000000000000000000000000000001';

/** Java 17 hides what Flink's serializers and its RPC reach into. */
const opened = ['lang', 'lang.reflect', 'net', 'io', 'nio', 'text', 'time', 'util', 'util.concurrent'];
const javaOptions = [
  '--add-exports=java.base/sun.net.util=ALL-UNNAMED',
  '--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED',
  ...[...opened, 'util.concurrent.atomic', 'util.concurrent.locks'].map(
    (name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`,
  ),
  '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
  '-XX:+UseSerialGC',
];

/** Memory of a TaskManager with two slots and RocksDB; without Flink's scripts nothing works the sizes out. */
const memory = {
  'jobmanager.memory.process.size': '700m',
  'taskmanager.cpu.cores': '1.0',
  'taskmanager.memory.task.heap.size': '128m',
  'taskmanager.memory.framework.heap.size': '96m',
  'taskmanager.memory.task.off-heap.size': '0m',
  'taskmanager.memory.framework.off-heap.size': '96m',
  'taskmanager.memory.network.min': '16m',
  'taskmanager.memory.network.max': '16m',
  'taskmanager.memory.managed.size': '192m',
  'taskmanager.memory.segment-size': '8kb',
  'taskmanager.memory.jvm-metaspace.size': '128m',
  'taskmanager.memory.jvm-overhead.min': '64m',
  'taskmanager.memory.jvm-overhead.max': '64m',
};

/**
 * Starts the lab's job with two subtasks and waits until its JobManager answers. `stop` also removes its folder.
 * @param settings Flink settings besides addresses and memory
 * @param jobArguments see `LabJob`
 */
export async function startFlink(settings: Record<string, string>, jobArguments: string[]): Promise<FlinkServer> {
  const home = await mkdtemp(join(tmpdir(), 'az-escape-flink-'));
  const [rpc = 0, rest = 0, blob = 0] = await freePorts(3);
  const configuration: Record<string, string> = {
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.rpc.port': String(rpc),
    'jobmanager.bind-host': '127.0.0.1',
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': String(rest),
    'blob.server.port': String(blob),
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.host': '127.0.0.1',
    'taskmanager.numberOfTaskSlots': '2',
    'parallelism.default': '2',
    'io.tmp.dirs': join(home, 'tmp'),
    'cluster.registration.error-delay': '200',
    'metrics.fetcher.update-interval': '1000',
    ...memory,
    ...settings,
  };
  await mkdir(join(home, 'tmp'));
  const lines = Object.entries(configuration).map(([name, value]) => `${name}: ${value}\n`);
  // It holds credentials of the stores.
  await writeFile(join(home, 'config.yaml'), lines.join(''), { mode: 0o600 });
  const start = (main: string, heap: string[], further: string[], ready: () => Promise<boolean>) =>
    startServer({
      command: join(jdkHome(), 'bin', 'java'),
      args: [
        ...heap,
        ...javaOptions,
        `-Dlog4j.configurationFile=${cachePaths.flink}/log4j-console.properties`,
        '-cp',
        `${cachePaths.flink}/lib/*:${jobJar}`,
        main,
        '--configDir',
        home,
        ...further,
      ],
      env: {
        FLINK_CONF_DIR: home,
        FLINK_LIB_DIR: `${cachePaths.flink}/lib`,
        FLINK_PLUGINS_DIR: `${cachePaths.flink}/plugins`,
      },
      logFile: join(home, `${main.split('.').at(-1)}.log`),
      ready,
      deadlineMs: 120_000,
    });
  const address = `http://127.0.0.1:${rest}`;
  const jobManager = await start(
    'org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint',
    ['-Xmx256m'],
    ['--job-id', jobId, '--job-classname', 'io.azescape.lab.LabJob', ...jobArguments],
    async () => (await fetch(`${address}/jobs/${jobId}`)).ok,
  );
  const taskManager = await start(
    'org.apache.flink.runtime.taskexecutor.TaskManagerRunner',
    ['-Xmx224m', '-XX:MaxDirectMemorySize=192m'],
    [],
    async () => ((await (await fetch(`${address}/overview`)).json()) as { taskmanagers: number }).taskmanagers > 0,
  ).catch(async (error: unknown) => {
    await jobManager.stop();
    throw error;
  });
  const stop = async () => {
    await Promise.all([jobManager.stop(), taskManager.stop()]);
    await rm(home, { recursive: true, force: true });
  };
  return { rest: address, jobId, jobManager, taskManager, stop };
}
