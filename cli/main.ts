/** The `az-escape` command: a thin shell over the same client that the API uses. */
import { explainAndExit } from './explain.ts';
import { createProgram } from './program.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  explainAndExit(error);
}
