/**
 * The lab makes network namespaces, mounts and cgroups.
 * @throws when the caller is not root.
 */
export function requireRoot(): void {
  if (process.getuid?.() !== 0)
    throw new Error('The lab needs root (network namespaces, mounts, cgroups): run this command again with sudo.');
}
