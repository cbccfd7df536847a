import { composeStore, MemoryLockStore, type Repository, type Runtime, type Store } from '@idem/core'
import { describe, expect, test } from 'vitest'
import { describeStore } from '../src/index'
import { MemoryRepository } from './memory-repository'
import { movedClock } from './moved-clock'

describeStore('composeStore of a repository and a lock store, on a clock that is moved by hand', {
  create: () => {
    const { clock, advance } = movedClock()
    return { store: composed(new MemoryRepository(), new MemoryLockStore({ clock }), clock), advance }
  },
})

describeStore("composeStore of a repository and a lock store, on this process's clock", {
  create: () => ({
    store: composeStore({ repository: new MemoryRepository(), lock: new MemoryLockStore() }),
  }),
  without: { ownClock: 'the lock store is in this process, and so is its clock' },
})

describe('composeStore whose lock holder is stopped between its look and its write', () => {
  test('refuses the late write, and the holder sees who came before', async () => {
    const { late, other } = await raceOf(new MemoryRepository())
    expect(other).toMatchObject({ type: 'acquired', attempt: 1 })
    expect(late).toMatchObject({ type: 'running', attempt: 1, fence: fenceOf(other) })
  })

  test('lets two run at once on a repository whose update is unconditional: it is the condition that counts', async () => {
    const { late, other } = await raceOf(new UnconditionalRepository())
    expect(other).toMatchObject({ type: 'acquired', attempt: 1 })
    expect(late).toMatchObject({ type: 'acquired', attempt: 1 })
  })
})

/** A record that has come to its end; two stores, as in two processes; and one of them stopped before it writes. */
async function raceOf(repository: Repository) {
  const { clock, advance } = movedClock()
  const lock = new MemoryLockStore({ clock })
  const stopped = new StoppedRepository(repository)
  const [late, other] = [composed(stopped, lock, clock), composed(repository, lock, clock)]
  const old = await claim(other, 'old')
  await other.complete({ key: 'key', owner: 'old', retentionMs: 1, tombstoneMs: 0 })
  expect(old).toMatchObject({ type: 'acquired', attempt: 1 })
  advance(10)

  const stop = stopped.beforeUpdate()
  const claiming = claim(late, 'late')
  await stop.reached
  advance(60_000)
  const won = await claim(other, 'other')
  stop.goOn()
  return { late: await claiming, other: won }
}

const claim = (store: Store, owner: string) =>
  store.claim({
    key: 'key',
    owner,
    leaseMs: 600_000,
    keepMs: 600_000,
    maxAttempts: Number.POSITIVE_INFINITY,
    onAbandoned: 'takeover',
  })

const fenceOf = (outcome: Awaited<ReturnType<typeof claim>>) =>
  outcome.type === 'acquired' ? outcome.fence : undefined

/** Its update can be made to stop once, before it is sent. */
class StoppedRepository implements Repository {
  #stop: (() => Promise<void>) | undefined
  readonly get: Repository['get']
  readonly create: Repository['create']

  constructor(readonly inner: Repository) {
    this.get = (key) => inner.get(key)
    this.create = (key, record) => inner.create(key, record)
  }

  beforeUpdate(): { readonly reached: Promise<void>; goOn(): void } {
    let arrive = () => {}
    let goOn = () => {}
    const reached = new Promise<void>((resolve) => {
      arrive = resolve
    })
    const going = new Promise<void>((resolve) => {
      goOn = resolve
    })
    this.#stop = () => {
      this.#stop = undefined
      arrive()
      return going
    }
    return { reached, goOn }
  }

  async update(...update: Parameters<Repository['update']>): Promise<boolean> {
    await this.#stop?.()
    return this.inner.update(...update)
  }
}

/** Looks first and writes then, and relies on the lock in between. */
class UnconditionalRepository extends MemoryRepository {
  override async update(...[key, , record]: Parameters<MemoryRepository['update']>): Promise<boolean> {
    const found = await this.get(key)
    return super.update(key, found?.version as number, record)
  }
}

function composed(repository: Repository, lock: MemoryLockStore, now: () => number): Store {
  const runtime: Runtime = {
    now,
    schedule: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs)
      return () => clearTimeout(timer)
    },
    random: Math.random,
    token: () => crypto.randomUUID(),
  }
  return composeStore({ repository, lock, runtime })
}
