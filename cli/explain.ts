/** How the command line ends when something is wrong: one sentence, what to do, exit code 1. No stack for a user's mistake. */
import { errorCodes } from '../model/error-codes.ts';
import { Refusal } from '../client/client.ts';
import { ConfigError } from '../runtime/config/load.ts';

/** Prints why and ends the process. */
export function explainAndExit(error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

/** The words for people. Errors that are nobody's mistake but ours keep their stack, for the report of a bug. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return `${error.message}\n${errorCodes.BadConfig.remedy}`;
  if (error instanceof Refusal) return `${error.code}: ${error.message}\n${errorCodes[error.code].remedy}`;
  if (error instanceof Error && error.name === 'TransportError') {
    return `Temporal cannot be reached: ${error.message}. Check temporal.address with \`az-escape config check\`.`;
  }
  if (error instanceof Error) return process.env['DEBUG'] ? (error.stack ?? error.message) : error.message;
  return String(error);
}
