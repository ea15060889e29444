/** The process's log: pino JSON on standard error, with job, zone, incident and epoch as fields. Never a secret. */
import { pino, type Logger } from 'pino';

/** `LOG_LEVEL` sets the level. Known names of secrets are cut out should one ever reach a field. */
export function createLog(name: string): Logger {
  return pino(
    {
      name,
      level: process.env['LOG_LEVEL'] ?? 'info',
      redact: {
        paths: ['token', 'password', 'secretAccessKey', '*.token', '*.password', '*.secretAccessKey'],
        censor: '[secret]',
      },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination(2),
  );
}
