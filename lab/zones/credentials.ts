/** Who may ask a zone's API server: users, their tokens and kubeconfigs. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabZone } from '../layout.ts';

/** User name and group of each kubeconfig. */
const users = {
  admin: { user: 'admin', group: 'system:masters' },
  'controller-manager': { user: 'system:kube-controller-manager', group: 'system:masters' },
  scheduler: { user: 'system:kube-scheduler' },
  kubelet: { user: 'system:node:NODE', group: 'system:nodes' },
  'kube-proxy': { user: 'system:kube-proxy' },
  'flink-operator': { user: 'flink-operator', group: 'system:masters' },
  'az-escape': { user: 'az-escape' },
} as const satisfies Record<string, { user: string; group?: string }>;

export type LabUser = keyof typeof users;

const pki = (zone: LabZone, file: string) => join(zone.dir, 'pki', file);

/** The API server's own certificate, which is its own authority: what clients trust. */
export const certificateFile = (zone: LabZone) => pki(zone, 'apiserver.crt');
/** Folder in which the API server makes that certificate. */
export const certificateDir = (zone: LabZone) => join(zone.dir, 'pki');
/** The API server's list of tokens. */
export const tokenFile = (zone: LabZone) => pki(zone, 'tokens.csv');
/** Keys that sign and check service account tokens. */
export const serviceAccountKeys = (zone: LabZone) => ({
  signing: pki(zone, 'service-account.key'),
  checking: pki(zone, 'service-account.pub'),
});
/** Kubeconfig of a user of the zone. */
export const kubeconfigFile = (zone: LabZone, user: LabUser) => join(zone.dir, 'kubeconfig', user);

/** Creates what is missing; what is there stays, as pods and clients hold copies of it. */
export function ensureCredentials(zone: LabZone): void {
  mkdirSync(pki(zone, ''), { recursive: true, mode: 0o700 });
  mkdirSync(join(zone.dir, 'kubeconfig'), { recursive: true, mode: 0o700 });
  dropHalfWrittenCertificate(zone);
  const keys = serviceAccountKeys(zone);
  if (!existsSync(keys.checking)) {
    const pair = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    writeSecret(keys.signing, pair.privateKey);
    writeSecret(keys.checking, pair.publicKey);
  }
  const tokens = existsSync(tokenFile(zone)) ? readTokens(zone) : new Map<string, string>();
  for (const name of Object.keys(users)) if (!tokens.has(name)) tokens.set(name, randomBytes(24).toString('hex'));
  writeSecret(tokenFile(zone), renderTokenFile(zone, tokens));
  for (const name of Object.keys(users) as LabUser[])
    writeSecret(kubeconfigFile(zone, name), renderKubeconfig(zone, name, tokens.get(name)!));
}

/** An API server killed while it made its certificate would refuse to start with only one of the two files. */
function dropHalfWrittenCertificate(zone: LabZone): void {
  const files = [certificateFile(zone), pki(zone, 'apiserver.key')];
  const whole = files.filter((file) => existsSync(file) && statSync(file).size > 0);
  if (whole.length < files.length) for (const file of files) rmSync(file, { force: true });
}

function writeSecret(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function userName(zone: LabZone, name: LabUser): string {
  return users[name].user.replace('NODE', zone.nodeName);
}

/** The API server's token list: token, user, uid, groups; the uid column holds the kubeconfig's name. */
export function renderTokenFile(zone: LabZone, tokens: ReadonlyMap<string, string>): string {
  return (Object.keys(users) as LabUser[])
    .map((name) => {
      const { group } = users[name] as { group?: string };
      return `${tokens.get(name)},${userName(zone, name)},${name}${group ? `,"${group}"` : ''}\n`;
    })
    .join('');
}

function readTokens(zone: LabZone): Map<string, string> {
  const tokens = new Map<string, string>();
  for (const line of readFileSync(tokenFile(zone), 'utf8').split('\n')) {
    const [token, , name] = line.split(',');
    if (token && name) tokens.set(name, token);
  }
  return tokens;
}

/** The token of a user of the zone. */
export function readToken(zone: LabZone, user: LabUser): string {
  const token = readTokens(zone).get(user);
  if (!token) throw new Error(`${zone.name} has no token for ${user} in ${tokenFile(zone)}: run "az-escape lab up".`);
  return token;
}

/** A kubeconfig that names the certificate by its file, as the API server makes it only when it first starts. */
export function renderKubeconfig(zone: LabZone, user: LabUser, token: string): string {
  return `apiVersion: v1
kind: Config
clusters:
  - name: ${zone.name}
    cluster:
      server: ${zone.apiServer}
      certificate-authority: ${certificateFile(zone)}
users:
  - name: ${user}
    user:
      token: ${token}
contexts:
  - name: ${zone.name}
    context:
      cluster: ${zone.name}
      user: ${user}
current-context: ${zone.name}
`;
}
