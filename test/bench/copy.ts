/**
 * How fast files get from one zone's store to the other's, with a sha256 of each: s5cmd against az-escape, between two
 * real S3 servers on the loopback. s5cmd cannot copy between two endpoints, so a person copies to a local folder, takes
 * the digests there and copies from there; az-escape does all three in one pass. Both have done the same at the end:
 * every file is in the other store, and its digest is known and right.
 */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../adapters/clock.ts';
import { copyFiles } from '../../jobs/snapshot/copy-files.ts';
import { readSecret } from '../../adapters/secrets.ts';
import { openStore } from '../../adapters/storage/open-store.ts';
import { prepareToolchain } from '../../cli/prepare-lab.ts';
import { programPath } from '../../lab/toolchain/go-tool.ts';
import { s3StoreOn, setS3Secrets, startS3, type S3Server } from '../integration/servers/s3.ts';
import { timed, withRatios, type BenchRow } from './row.ts';
import { shell } from './shell.ts';

/** Each contestant copies all files this often, in turn; its best time counts, as other work on the machine only adds. */
const rounds = 3;

/** s5cmd's own default is 256, with which it was never faster here. */
const s5cmdWorkers = 64;

interface Load {
  files: number;
  sizeBytes: number;
}

/** What is copied unless told otherwise: where requests cost, and where bytes do. */
const loads: readonly Load[] = [
  { files: 1_000, sizeBytes: 1_000_000 },
  { files: 20, sizeBytes: 100_000_000 },
];

/** Copies one load, or the two usual ones. Ratios are within a load, to s5cmd. */
export async function benchCopy(load?: Load): Promise<BenchRow[]> {
  await prepareToolchain({ install: true, tools: ['versitygw', 's5cmd'] });
  const rows: BenchRow[] = [];
  for (const each of load ? [load] : loads) rows.push(...(await benchLoad(each)));
  return rows;
}

type Run = Omit<BenchRow, 'ratio' | 'what' | 'n' | 'bytes'>;

async function benchLoad(load: Load): Promise<BenchRow[]> {
  const { files: n, sizeBytes } = load;
  const home = await startS3();
  setS3Secrets(home);
  try {
    console.error(`writing ${n} files of ${sizeBytes} bytes …`);
    const digests = await fill(home, load);
    const contestants = {
      's5cmd (download, sha256sum, upload)': copyByS5cmd,
      'az-escape (one pass)': copyByAzEscape,
    };
    const best = new Map<string, Run>();
    for (let round = 0; round < rounds; round += 1) {
      for (const [what, copy] of Object.entries(contestants)) {
        const run = await toFreshPeer(home, digests, sizeBytes, copy);
        if (run.seconds < (best.get(what)?.seconds ?? Infinity)) best.set(what, run);
      }
    }
    const size = sizeBytes >= 1e6 ? `${sizeBytes / 1e6} MB` : `${sizeBytes} bytes`;
    const rows = [...best].map(([what, run]) => ({ what: `${n} × ${size}: ${what}`, n, bytes: n * sizeBytes, ...run }));
    return withRatios(rows);
  } finally {
    await home.stop();
  }
}

/** sha256 by name of file. */
type Digests = ReadonlyMap<string, string>;
type Copy = (home: S3Server, peer: S3Server, expected: Digests, sizeBytes: number) => Promise<Run>;

/** Files of random bytes in folder `files/`. */
async function fill(home: S3Server, { files, sizeBytes }: Load): Promise<Digests> {
  const store = openStore('az-a', 's3', s3StoreOn(home, ''), { secrets: readSecret, clock: systemClock() });
  const digests = new Map<string, string>();
  const base = randomBytes(sizeBytes);
  try {
    // One at a time: the bytes of each differ from the others' in the first 16.
    for (let index = 0; index < files; index += 1) {
      randomBytes(16).copy(base);
      const name = `file-${String(index).padStart(5, '0')}.sst`;
      await store.put(`files/${name}`, base);
      digests.set(name, createHash('sha256').update(base).digest('hex'));
    }
  } finally {
    await store.close();
  }
  return digests;
}

/** Each run has a server of its own to copy to, and a disk that is not still busy with the run before. */
async function toFreshPeer(home: S3Server, expected: Digests, sizeBytes: number, copy: Copy): Promise<Run> {
  const peer = await startS3();
  try {
    spawnSync('sync');
    const run = await copy(home, peer, expected, sizeBytes);
    const store = openStore('az-b', 's3', s3StoreOn(peer, ''), { secrets: readSecret, clock: systemClock() });
    let there = 0;
    for await (const file of store.list('files')) if (file.sizeBytes === sizeBytes) there += 1;
    await store.close();
    if (there !== expected.size) throw new Error(`${there} of ${expected.size} files are whole in the other store`);
    return run;
  } finally {
    await peer.stop();
  }
}

async function copyByS5cmd(home: S3Server, peer: S3Server, expected: Digests): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'az-escape-s5cmd-'));
  const at = (server: S3Server, arguments_: string) =>
    `${programPath('s5cmd')} --log error --numworkers ${s5cmdWorkers} --endpoint-url ${server.endpoint} ${arguments_}`;
  try {
    const { output, ...run } = await shell(
      [
        at(home, `cp 's3://${home.bucket}/files/*' ${folder}/`),
        `ls ${folder} | xargs -P ${availableParallelism()} -n 20 sh -c 'cd ${folder} && sha256sum "$@"' sha256sum`,
        at(peer, `cp '${folder}/*' s3://${peer.bucket}/files/`),
      ],
      { AWS_ACCESS_KEY_ID: home.accessKeyId, AWS_SECRET_ACCESS_KEY: home.secretAccessKey, AWS_REGION: 'us-east-1' },
    );
    const taken = output.matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm);
    checkDigests(new Map([...taken].map(([, sha256 = '', name = '']) => [name, sha256])), expected);
    return run;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyByAzEscape(home: S3Server, peer: S3Server, expected: Digests, sizeBytes: number): Promise<Run> {
  const stores = {
    from: openStore('az-a', 's3', s3StoreOn(home, ''), { secrets: readSecret, clock: systemClock() }),
    to: openStore('az-b', 's3', s3StoreOn(peer, ''), { secrets: readSecret, clock: systemClock() }),
  };
  try {
    const copies = [...expected.keys()].map((name) => ({ from: `files/${name}`, to: `files/${name}`, sizeBytes }));
    const taken = new Map<string, string>();
    const { result: _, ...run } = await timed(() =>
      copyFiles(
        stores,
        copies,
        ({ from }, { sha256 }) => void taken.set(from.slice('files/'.length), sha256),
        new AbortController().signal,
      ),
    );
    checkDigests(taken, expected);
    return run;
  } finally {
    await Promise.all([stores.from.close(), stores.to.close()]);
  }
}

function checkDigests(taken: Digests, expected: Digests): void {
  for (const [name, sha256] of expected) {
    if (taken.get(name) !== sha256) throw new Error(`${name}: sha256 ${taken.get(name)} was taken, ${sha256} is right`);
  }
}
