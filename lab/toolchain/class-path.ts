/** The order of jars on a class path. */

/** `flink-core` of `flink-core-1.20.0.jar`. */
export function artifactOf(jar: string): string {
  return jar.replace(/-\d[\w.-]*\.jar$/, '');
}

/** The jars with the named artifacts in front, in the order named; the rest by name. */
export function orderJars(jars: readonly string[], first: readonly string[]): string[] {
  const rank = (jar: string) => {
    const index = first.indexOf(artifactOf(jar));
    return index < 0 ? first.length : index;
  };
  return [...jars].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
