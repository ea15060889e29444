import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../adapters/clock.ts';
import { OutsideFailure } from '../../../adapters/failure.ts';
import {
  RemoteException,
  UnreadableAnswer,
  webHdfsFailure,
} from '../../../adapters/storage/webhdfs/webhdfs-failure.ts';

const call = { system: 'store az-b/hdfs', operation: 'read', key: 'a/b', clock: systemClock() };

describe('failures of WebHDFS', () => {
  it.each([
    [403, 'AccessControlException', 'Unauthorized'],
    [401, 'AuthenticationException', 'Unauthorized'],
    [404, 'FileNotFoundException', 'NotFound'],
    // All IOExceptions come as 403, so the status must not decide.
    [403, 'SafeModeException', 'Unavailable'],
    [403, 'StandbyException', 'Unavailable'],
    [403, 'IOException', 'Unavailable'],
    [403, 'DSQuotaExceededException', 'Invalid'],
    [403, 'ParentNotDirectoryException', 'Invalid'],
    [403, 'FileAlreadyExistsException', 'Conflict'],
    [400, 'IllegalArgumentException', 'Invalid'],
    [429, 'Whatever', 'Throttled'],
    [500, 'NullPointerException', 'Unavailable'],
  ])('%i %s is %s', (status, exception, failureClass) => {
    const failure = webHdfsFailure(call, new RemoteException(status, exception, 'first line\n\tat a.b.C'));
    expect(failure).toBeInstanceOf(OutsideFailure);
    expect(failure).toMatchObject({ failureClass, status });
    expect((failure as Error).message).toBe(
      `store az-b/hdfs: read of a/b was refused with ${status} ${exception}: first line`,
    );
  });

  it.each(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_SOCKET', 'ECONNREFUSED'])(
    '%s is Unreachable',
    (code) => {
      const failure = webHdfsFailure(call, Object.assign(new Error('no'), { code }));
      expect(failure).toMatchObject({ failureClass: 'Unreachable' });
    },
  );

  it('calls a page of another server a bad answer', () => {
    expect(webHdfsFailure(call, new UnreadableAnswer('no JSON.'))).toMatchObject({ failureClass: 'BadAnswer' });
  });

  it('leaves errors of this program alone', () => {
    const bug = new TypeError('undefined is not a function');
    expect(webHdfsFailure(call, bug)).toBe(bug);
  });
});
