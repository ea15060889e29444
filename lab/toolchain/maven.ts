/** Runs Maven the one way the lab does. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { jdkHome } from './jdk.ts';
import { BuildFailed, runLogged } from './run-logged.ts';

/** Maven notes in its repository that a jar was not there, and does not ask again within a day. */
const rememberedMiss = /was cached in the local repository|during a previous attempt/;

/**
 * `mvn package` of a pom.
 * @throws BuildFailed
 */
export async function mavenPackage(
  step: string,
  pom: string,
  properties: Record<string, string>,
  signal: AbortSignal,
): Promise<void> {
  const home = jdkHome();
  const run = (extra: string[]) =>
    runLogged({
      step,
      command: 'mvn',
      args: [
        '-q',
        '-B',
        '-Dstyle.color=never',
        ...extra,
        '-f',
        pom,
        ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
        'package',
      ],
      cwd: dirname(pom),
      env: { ...process.env, JAVA_HOME: home },
      signal,
    });
  try {
    await run([]);
  } catch (error) {
    if (!(error instanceof BuildFailed) || !rememberedMiss.test(readFileSync(error.log, 'utf8'))) throw error;
    await run(['-U']);
  }
}
