/// <reference path="./lua.d.ts" />
import acquireLock from './acquire-lock.lua'
import buryEntry from './bury-entry.lua'
import claim from './claim.lua'
import clock from './clock.lua'
import complete from './complete.lua'
import remove from './delete.lua'
import extend from './extend.lua'
import extendLock from './extend-lock.lua'
import fail from './fail.lua'
import get from './get.lua'
import isLockHeld from './is-lock-held.lua'
import keepEntries from './keep-entries.lua'
import leaveGroup from './leave-group.lua'
import lock from './lock.lua'
import record from './record.lua'
import release from './release.lua'
import releaseLock from './release-lock.lua'
import replayEntry from './replay-entry.lua'
import resolve from './resolve.lua'
import saveStep from './save-step.lua'
import { Script } from './script'

const ofRecords = (own: string) => new Script(clock, record, own)
const ofLocks = (own: string) => new Script(clock, lock, own)

/** One script for each call of the `Store` contract. */
export const recordScripts = {
  claim: ofRecords(claim),
  complete: ofRecords(complete),
  extend: ofRecords(extend),
  fail: ofRecords(fail),
  saveStep: ofRecords(saveStep),
  resolve: ofRecords(resolve),
  release: ofRecords(release),
  delete: ofRecords(remove),
  get: ofRecords(get),
}

/** One script for each call of the `LockStore` contract. */
export const lockScripts = {
  acquire: ofLocks(acquireLock),
  extend: ofLocks(extendLock),
  release: ofLocks(releaseLock),
  isHeld: ofLocks(isLockHeld),
}

/** What a consumer of a stream does that must not be done by halves. */
export const streamScripts = {
  bury: new Script(buryEntry),
  replay: new Script(replayEntry),
  keep: new Script(keepEntries),
  leave: new Script(leaveGroup),
}
