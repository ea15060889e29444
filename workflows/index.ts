/** What the worker registers: the workflow types as the Temporal UI shows them. */
export { escapeZone } from './escape/escape-zone.ts';
export { escapeActive } from './escape/escape-active.ts';
export { makeRoom } from './escape/make-room.ts';
export { escapeBatch } from './escape/escape-batch.ts';
export { fenceReturn } from './fence/fence-return.ts';
export { giveBack } from './give-back/give-back.ts';
export { protectZone } from './protect/protect-zone.ts';
export { recheckZone } from './recheck/recheck-zone.ts';
export { retainZone } from './retain/retain-zone.ts';
