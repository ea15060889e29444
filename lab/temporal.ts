/** Temporal with its Web UI, on the host: outside both zones, so that it outlives either. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cachePaths, labTemporal } from './layout.ts';
import { answersOk, missingNow, waitUntil } from './zones/ask.ts';
import { cgroupPids, createCgroups, removeCgroups } from './zones/cgroups.ts';
import { findProcess, logFile, logTail, startProcess, stopProcess } from './zones/process.ts';

const name = 'temporal';

/** Address of the lab's Temporal Web UI. */
export const temporalUi = `http://127.0.0.1:${labTemporal.uiPort}`;

// Through the UI to the server's frontend: one question for both.
const ready = answersOk(`${temporalUi}/api/v1/namespaces/${labTemporal.namespace}`);

/** Starts Temporal unless it runs, and waits until it and its UI serve. Answers whether it was started. */
export async function bringUpTemporal(): Promise<boolean> {
  const running = findProcess(labTemporal.dir, name) !== undefined;
  if (!running) {
    await endStrangers();
    await startProcess({
      name,
      dir: labTemporal.dir,
      cgroupProcs: createCgroups(name),
      command: join(cachePaths.bin, 'temporal'),
      args: [
        'server',
        'start-dev',
        '--ip=127.0.0.1',
        `--port=${labTemporal.port}`,
        `--ui-port=${labTemporal.uiPort}`,
        `--namespace=${labTemporal.namespace}`,
        `--db-filename=${join(labTemporal.dir, 'temporal.db')}`,
        // The default journal costs twice the CPU; a killed server loses nothing with these, only a dead machine could.
        '--sqlite-pragma=journal_mode=WAL',
        '--sqlite-pragma=synchronous=OFF',
        '--log-level=warn',
      ],
    });
  }
  await waitUntil('Temporal', ready, 60_000, () =>
    findProcess(labTemporal.dir, name)
      ? undefined
      : `the server has ended; the end of ${logFile(labTemporal.dir, name)}:\n${logTail(labTemporal.dir, name)}`,
  );
  return !running;
}

/** What keeps Temporal from serving; undefined when it does. */
export async function temporalMissing(): Promise<string | undefined> {
  return findProcess(labTemporal.dir, name) ? await missingNow(ready) : 'not running';
}

/** Stops Temporal; its history stays. */
export async function takeDownTemporal(): Promise<void> {
  await stopProcess(labTemporal.dir, name, 5_000);
  await endStrangers();
  await removeCgroups(name);
}

/** Servers that hold our ports without a pid file of ours: left by a lab whose state folder is another or was deleted. */
async function endStrangers(): Promise<void> {
  for (const pid of cgroupPids(name)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  const deadline = Date.now() + 5_000;
  while (cgroupPids(name).length > 0 && Date.now() < deadline) await sleep(50);
}

/** Temporal's process. */
export const temporalProcess = () => findProcess(labTemporal.dir, name);
