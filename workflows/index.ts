/** What the worker registers: the workflow types as the Temporal UI shows them. */
export { escapeZone } from './escape-zone/escape-zone.ts';
export { escapeActive } from './escape-zone/escape-active.ts';
export { makeRoom } from './escape-zone/make-room.ts';
export { escapeBatch } from './escape-zone/escape-batch.ts';
export { fenceReturn } from './fence-return/fence-return.ts';
export { giveBack } from './give-back/give-back.ts';
export { protectZone } from './protect-zone/protect-zone.ts';
export { recheckZone } from './upkeep/recheck-zone.ts';
export { retainZone } from './upkeep/retain-zone.ts';
