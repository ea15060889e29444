/** `az-escape status`, `pause`, `resume` and `abort`, as processes, beside an escape that runs. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { EscapeProgress } from '../../model/move/progress.ts';
import { fleetOf } from '../simulation/harness/fleet.ts';
import { Scenario } from './harness/scenario.ts';
import { startServer } from './harness/server.ts';

let env: TestWorkflowEnvironment;
let folder: string;
beforeAll(async () => {
  env = await startServer();
  folder = await mkdtemp(join(tmpdir(), 'az-escape-commands-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await env.teardown();
});

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

interface Done {
  code: number;
  out: string;
  err: string;
}

interface Started extends Promise<Done> {
  /** What it has printed so far. */
  printed(): string;
}

/** The scenario's configuration as a file, and the command line with it. */
async function commandLine({ home, peer, config }: Scenario): Promise<(...words: string[]) => Started> {
  const zone = (other: string) => ({
    peer: other,
    kubernetes: { kubeconfig: '/nowhere' },
    stores: { s3: { type: 'webhdfs', endpoint: 'http://nowhere.example.com', flinkUri: 'hdfs://nowhere:1' } },
  });
  const { taskQueue } = config.temporal;
  const temporal = { address: env.address, namespace: 'default', taskQueue, ui: 'http://ui.example.com' };
  const file = join(folder, `${home}.yaml`);
  await writeFile(file, stringify({ temporal, zones: { [home]: zone(peer), [peer]: zone(home) } }));
  const flags = ['--disable-warning=ExperimentalWarning', main, '--config', file];
  return (...words) => {
    let printed = '';
    const done = new Promise<Done>((resolve) => {
      const child = execFile(process.execPath, [...flags, ...words], (_error, out, err) => {
        resolve({ code: child.exitCode ?? -1, out, err });
      });
      child.stdout?.on('data', (text: string) => (printed += text));
    });
    return Object.assign(done, { printed: () => printed });
  };
}

test('the commands show, hold, resume and abort the running escape', async () => {
  const scenario = await new Scenario(env, 'commands').withProtected(fleetOf({ P1: 2, P2: 2 }));
  const { home, peer, world } = scenario;
  const azEscape = await commandLine(scenario);
  const none = { code: 0, out: expect.stringMatching(`^no escape of ${home} is running\n`) as string, err: '' };
  expect(await azEscape('status', home)).toEqual(none);
  const unknown = await azEscape('status', 'az-q');
  expect(unknown).toMatchObject({ code: 1, out: '' });
  expect(unknown.err).toContain('UnknownZone');
  const nothing = await azEscape('pause', home);
  expect(nothing).toMatchObject({ code: 1, out: '' });
  expect(nothing.err).toContain(`NoEscape: no escape of ${home} is running`);

  const release = world.zone(peer).hold('kubernetes patch');
  await scenario.whileWorking(async () => {
    const over = scenario.escape();
    // Holds: the first wave cannot be issued.
    await expect.poll(() => scenario.patched().length, { timeout: 30_000 }).toBeGreaterThan(0);

    const paused = await azEscape('pause', home);
    expect(paused).toMatchObject({ code: 0, err: '' });
    expect(paused.out).toContain(`${home} → ${peer}`);
    expect(paused.out).toContain('paused by ');
    const status = JSON.parse((await azEscape('status', home, '--json')).out) as { progress: EscapeProgress };
    expect(status).toMatchObject({ zone: home, running: true, progress: { paused: true, incident: 'INC-1' } });
    expect((await azEscape('resume', home)).out).toContain('resumed by ');

    const watched = azEscape('status', home, '--watch', '--json');
    await expect.poll(() => watched.printed(), { timeout: 30_000 }).toContain('"running":true');
    expect((await azEscape('abort', home)).out).toContain('aborted by ');
    release();
    expect((await over).totals).toMatchObject({ running: 2, left: 2, failed: 0 });
    const { code, out } = await watched;
    expect(code).toBe(0);
    const lines = out.trim().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ running: false, progress: { phase: 'aborted' } });
  });
  expect(await azEscape('status', home)).toEqual(none);
});

test('the commands refuse bad input in one sentence, and nothing is started', async () => {
  const scenario = await new Scenario(env, 'bad-input').withProtected(fleetOf({ P1: 1 }));
  const { home } = scenario;
  const azEscape = await commandLine(scenario);
  const before = scenario.state();
  const form = `http://ui.example.com/namespaces/default/workflows/start-workflow?workflowId=escape%2F${home}%2F`;
  expect((await azEscape('config', 'check', '--offline')).out).toContain(form);
  const wrong: [string[], string][] = [
    [['escape', home, '--tiers', 'P9'], 'BadInput: "tiers" must be'],
    [['escape', home, '--selector', 'team in payments'], 'BadInput: "selector" must be'],
    [['escape', home, '--selector', 'team=nobody'], 'NothingSelected: no job of'],
    [['escape', home, '--jobs', 'orders'], 'BadInput: "jobs" must be'],
    [['escape', 'az-z'], 'UnknownZone: "az-z" is no zone'],
    [['approve', home], `NoEscape: no escape of ${home} is running`],
    [['hold-tier', home, 'P1'], `NoEscape: no escape of ${home} is running`],
    [['skip-job', home, 'default/p1-0'], `NoEscape: no escape of ${home} is running`],
  ];
  await scenario.whileWorking(async () => {
    const all = await Promise.all(wrong.map(([words]) => azEscape(...words)));
    for (const [index, { code, out, err }] of all.entries()) {
      expect({ code, out }, err).toEqual({ code: 1, out: '' });
      expect(err).toContain(wrong[index]![1]);
    }
  });
  expect(scenario.state()).toEqual(before);
});

test('the commands approve, hold, release and skip', async () => {
  const scenario = await new Scenario(env, 'directed').withProtected(fleetOf({ P1: 2, P2: 1 }));
  const { home } = scenario;
  const azEscape = await commandLine(scenario);
  await scenario.whileWorking(async () => {
    const asked = await azEscape('escape', home, '--incident', 'INC-1', '--approval', '--no-wait');
    expect(asked.err).toContain('it changes nothing before somebody approves its plan');
    await expect
      .poll(async () => (await azEscape('status', home)).out, { timeout: 30_000 })
      .toContain('3 jobs would start, 0 would be left');
    expect((await azEscape('hold-tier', home, 'P9')).err).toContain('BadInput: "tier" must be P0, P1, P2 or P3');
    expect((await azEscape('hold-tier', home, 'P2', '--by', 'otto')).out).toContain('P2 is held by otto');
    expect((await azEscape('release-tier', home, 'P2', '--by', 'otto')).out).toContain('P2 released by otto');
    expect((await azEscape('skip-job', home, 'default/p1-1', '--by', 'otto')).out).toContain('default/p1-1 (otto)');
    const approved = JSON.parse((await azEscape('approve', home, '--by', 'anna', '--json')).out) as unknown;
    expect(approved).toMatchObject({ progress: { approval: { by: 'anna' } } });
    const summary = await scenario.client.workflow.getHandle(`escape/${home}/INC-1`).result();
    expect(summary).toMatchObject({ totals: { running: 2, left: 1, failed: 0 } });
  });
});
