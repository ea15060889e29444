/** How the API says no: a status, and {code, sentence, remedy} from the table of errors. */
import { errorCodes, type ErrorCode } from '../model/error-codes.ts';
import { Refusal } from '../client/client.ts';

export interface Problem {
  status: number;
  headers: Record<string, string>;
  body: { code: ErrorCode; sentence: string; remedy: string };
}

const statuses: Partial<Record<ErrorCode, number>> = {
  BadInput: 400,
  UnknownCaller: 401,
  RoleTooSmall: 403,
  UnknownZone: 404,
  NoEscape: 404,
  JobNotFound: 404,
  NoReport: 404,
  NoSuchPath: 404,
  NothingSelected: 422,
  EscapeUnderWay: 409,
  NothingToApprove: 409,
  JobStarted: 409,
  TooEarly: 409,
  ProtectUnderWay: 409,
  BodyTooLarge: 413,
  NotJson: 415,
  NoWorker: 503,
  TemporalDown: 503,
};

/** The HTTP status of a code; what no caller can mend is 500. */
export function statusOf(code: ErrorCode): number {
  return statuses[code] ?? 500;
}

/** A refusal whose status is not that of its code, or that needs headers. */
export class HttpRefusal extends Refusal {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(code: ErrorCode, sentence: string, options: { status?: number; headers?: Record<string, string> }) {
    super(code, sentence);
    this.status = options.status ?? statusOf(code);
    this.headers = options.headers ?? {};
  }
}

/** What the caller is told. A mistake of ours is not described to strangers: the log has it. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Refusal)) {
    return problemOf(new Refusal('Internal', 'the request could not be answered because of a mistake in az-escape'));
  }
  const { code, message } = error;
  const { status, headers } = error instanceof HttpRefusal ? error : { status: statusOf(code), headers: {} };
  return { status, headers, body: { code, sentence: message, remedy: errorCodes[code].remedy } };
}
