/** Runs the toolchain alone: node lab/install-toolchain.ts [--install] [--json] [--record-digests] [TOOL…] */
import { toolchainCommand } from './commands/toolchain.ts';

process.exitCode = await toolchainCommand(process.argv.slice(2));
