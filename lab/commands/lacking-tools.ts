/** Tools without which no zone can start. */
import { toolchainStatus } from '../toolchain/status.ts';

/** Names of the tools that are not there; what is there in an older make still runs. */
export function lackingTools(): string[] {
  return toolchainStatus()
    .filter(({ inDemo, state }) => inDemo && (state === 'never made' || state === 'files gone'))
    .map(({ name }) => name);
}
