/** Classes the errors of WebHDFS, which come as the name of a Java exception. */
import { OutsideFailure, type FailureClass } from '../../failure.ts';
import { connectionFailure, describeCall, endedBySignal, type StoreCall } from '../store-failure.ts';

/**
 * An error answer of the NameNode or a DataNode. The status says little: whatever is an IOException comes as 403, a
 * NameNode in safe mode like a user without permission, so only the exception counts.
 */
export class RemoteException extends Error {
  override readonly name = 'RemoteException';
  readonly status: number;
  /** Simple name of the Java class, for example `FileNotFoundException`. */
  readonly exception: string;

  constructor(status: number, exception: string, message: string) {
    super(message);
    this.status = status;
    this.exception = exception;
  }
}

/** An answer that is not WebHDFS: another server, a proxy's page, a redirect to nowhere. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

const classOfException: Record<string, FailureClass> = {
  AccessControlException: 'Unauthorized',
  AuthorizationException: 'Unauthorized',
  AuthenticationException: 'Unauthorized',
  SecurityException: 'Unauthorized',
  InvalidToken: 'Unauthorized',
  FileNotFoundException: 'NotFound',
  FileAlreadyExistsException: 'Conflict',
  AlreadyBeingCreatedException: 'Conflict',
  LeaseExpiredException: 'Conflict',
  RecoveryInProgressException: 'Conflict',
  ParentNotDirectoryException: 'Invalid',
  PathIsNotDirectoryException: 'Invalid',
  InvalidPathException: 'Invalid',
  IllegalArgumentException: 'Invalid',
  UnsupportedOperationException: 'Invalid',
  PathComponentTooLongException: 'Invalid',
  // Quotas: a repeat does not help until somebody deletes or raises them.
  NSQuotaExceededException: 'Invalid',
  DSQuotaExceededException: 'Invalid',
  QuotaByStorageTypeExceededException: 'Invalid',
  StandbyException: 'Unavailable',
  SafeModeException: 'Unavailable',
  RetriableException: 'Unavailable',
};

/** The class of a remote exception. One without a name of its own here is a server's trouble: it may pass. */
function classOf(error: RemoteException): FailureClass {
  const known = classOfException[error.exception];
  if (known) return known;
  if (error.status === 401) return 'Unauthorized';
  if (error.status === 429) return 'Throttled';
  return error.status === 400 ? 'Invalid' : 'Unavailable';
}

/** True if the answer says that the path, or its parent, is not there. */
export function isMissingPath(error: unknown): boolean {
  return error instanceof RemoteException && error.exception === 'FileNotFoundException';
}

/** What to throw for an error of one call. Failures that are classed already pass through. */
export function webHdfsFailure(call: StoreCall, error: unknown): unknown {
  if (error instanceof OutsideFailure) return error;
  if (call.signal?.aborted) return endedBySignal(call);
  if (error instanceof RemoteException) {
    // Java puts the stack's beginning on further lines.
    const [firstLine = ''] = error.message.split('\n');
    const message = `${describeCall(call)} was refused with ${error.status} ${error.exception}: ${firstLine.slice(0, 200)}`;
    return new OutsideFailure(classOf(error), call.system, message, { status: error.status, cause: error });
  }
  const broken = connectionFailure(call, error);
  if (broken) return broken;
  if (error instanceof UnreadableAnswer) {
    const message = `${describeCall(call)} got an answer that is not WebHDFS: ${error.message}`;
    return new OutsideFailure('BadAnswer', call.system, message, { cause: error });
  }
  return error;
}
