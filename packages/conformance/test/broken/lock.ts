import type { BrokenStore } from './broken-store'

const file = 'packages/core/src/memory/memory-lock-store.ts'
const HELD = 'lock !== undefined && now < lock.until ? lock : undefined'
const REFUSE = 'if (held !== undefined && held.owner !== owner) return'
const FENCE = 'held?.fence ?? this.#nextFence(now)'
const NEXT_FENCE = 'Math.max(this.#lastFence + 1, Math.floor(now * 1000))'
const RELEASE = 'if (this.#held(name, this.#clock())?.owner !== owner) return false'
const EXTEND = 'const held = this.#held(name, now)\n    if (held?.owner !== owner) return false'

/** Lock stores with one guard removed. */
export const brokenLocks: readonly BrokenStore[] = [
  { name: 'gives away a lock that is held', find: REFUSE, replace: 'if (false) return' },
  {
    name: 'refuses the lock to the owner that holds it',
    find: REFUSE,
    replace: 'if (held !== undefined) return',
  },
  {
    name: 'acquires by get, then set',
    find: `const held = this.#held(name, now)\n    ${REFUSE}`,
    replace: `const held = this.#held(name, now)\n    await Promise.resolve()\n    ${REFUSE}`,
  },
  { name: 'gives a greater fence to a request sent again', find: FENCE, replace: 'this.#nextFence(now)' },
  {
    name: 'renews no time for a request sent again',
    find: 'this.#locks.set(name, { name, owner, fence, until })',
    replace: 'this.#locks.set(name, { name, owner, fence, until: held?.until ?? until })',
  },
  {
    name: 'starts again with the fences after a release',
    find: FENCE,
    replace: 'held?.fence ?? (this.#locks.get(name)?.fence ?? 0) + 1',
  },
  { name: 'takes fences from the clock alone', find: NEXT_FENCE, replace: 'Math.floor(now * 1000)' },
  { name: 'takes fences from the clock of the process', find: NEXT_FENCE, replace: 'Date.now() * 1000' },
  { name: 'lets no lock run out', find: HELD, replace: 'lock' },
  {
    name: 'judges locks by the clock of the process',
    find: HELD,
    replace: 'lock !== undefined && Date.now() < lock.until ? lock : undefined',
  },
  {
    name: 'asks the clock of the process',
    find: "this.#clock = aFunction('clock', clock)",
    replace: 'this.#clock = Date.now',
  },
  {
    name: 'tells the time of the process',
    find: 'return { acquired: true, fence, now }',
    replace: 'return { acquired: true, fence, now: Date.now() }',
  },
  {
    name: 'tells the end of the lock, not what is left of its time',
    find: 'ttlMs: held.until - now',
    replace: 'ttlMs: held.until',
  },
  {
    name: 'extends for anybody',
    find: EXTEND,
    replace: 'const held = this.#held(name, now)\n    if (held === undefined) return false',
  },
  {
    name: 'extends a lock whose time has run out',
    find: EXTEND,
    replace: 'const held = this.#locks.get(name)\n    if (held?.owner !== owner) return false',
  },
  { name: 'extends nothing', find: '{ ...held, until }', replace: 'held' },
  {
    name: 'releases for anybody',
    find: RELEASE,
    replace: 'if (this.#held(name, this.#clock()) === undefined) return false',
  },
  {
    name: 'releases a lock whose time has run out',
    find: RELEASE,
    replace: 'if (this.#locks.get(name)?.owner !== owner) return false',
  },
  {
    name: 'releases nothing',
    find: 'this.#locks.delete(name)\n    this.#watchers',
    replace: 'this.#watchers',
  },
  {
    name: 'tells anybody that the lock is theirs',
    find: '(owner === undefined || held.owner === owner)',
    replace: 'true',
  },
  { name: 'tells no watcher of a release', find: 'this.#watchers.notify(name)', replace: '' },
].map((broken) => ({ ...broken, file }))
