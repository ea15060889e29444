/** From keys to paths inside a bucket or file system. */
import { pathInStore } from '../../model/store-location.ts';
import type { StoreConfig } from '../../model/config/types.ts';
import { OutsideFailure } from '../failure.ts';
import { describeCall, type StoreCall } from './store-failure.ts';

/**
 * The path of an object, prefix included. Refuses (`Invalid`) keys that some store would take for something else: an
 * empty one, one with a slash at an end or twice in a row, one with `.` or `..` as a part.
 */
export function objectPath(config: StoreConfig, call: StoreCall): string {
  const parts = call.key.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new OutsideFailure(
      'Invalid',
      call.system,
      `${describeCall(call)} was not tried: a key is names between single slashes, without "." and "..".`,
    );
  }
  return pathInStore(config, call.key);
}

/** The path of a folder, without a slash at its end; an empty prefix is the store's root. */
export function folderPath(config: StoreConfig, call: StoreCall): string {
  const key = call.key.replace(/\/+$/, '');
  return key === '' ? config.prefix : objectPath(config, { ...call, key });
}
