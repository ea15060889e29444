/** A component of a zone: one process of it, and how one knows that it serves. */
import type { LabZone } from '../layout.ts';
import { missingNow, waitUntil, type ReadyCheck } from './ask.ts';
import { findProcess, logFile, logTail, startProcess } from './process.ts';

/** One process of a zone and the question that proves it ready. */
export interface Component {
  name: string;
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Asks the running component itself; answers what is missing. */
  ready: ReadyCheck;
}

/** How starting went. */
export interface StartResult {
  /** False when it ran already. */
  started: boolean;
}

/** Where a zone's components are started. */
export interface ZonePlace {
  zone: LabZone;
  /** File that takes a pid into the zone's cgroup. */
  cgroupProcs: string;
}

/** Starts a component inside its zone unless it runs. Does not wait for it to serve. */
export async function startComponent(place: ZonePlace, component: Component): Promise<StartResult> {
  const { zone, cgroupProcs } = place;
  if (findProcess(zone.dir, component.name)) return { started: false };
  await startProcess({
    name: component.name,
    command: component.command,
    args: component.args,
    dir: zone.dir,
    netns: zone.netns,
    cgroupProcs,
    ...(component.env ? { env: component.env } : {}),
  });
  return { started: true };
}

/**
 * Waits until a started component serves.
 * @throws when it ends or `deadlineMs` passes, with the end of its log.
 */
export async function waitForComponent(zone: LabZone, component: Component, deadlineMs = 60_000): Promise<void> {
  await waitUntil(`${zone.name} ${component.name}`, component.ready, deadlineMs, () =>
    findProcess(zone.dir, component.name)
      ? undefined
      : `the process has ended; the end of ${logFile(zone.dir, component.name)}:\n${logTail(zone.dir, component.name)}`,
  );
}

/** Whether a component runs and serves; what is missing otherwise. */
export async function componentMissing(zone: LabZone, component: Component): Promise<string | undefined> {
  return findProcess(zone.dir, component.name) ? await missingNow(component.ready) : 'not running';
}
