import { describe, expect, it, vi } from 'vitest'
import { composeStore } from '../../src/compose/compose-store'
import { StoreError } from '../../src/errors'
import { Idem } from '../../src/idem'
import { MemoryLockStore } from '../../src/memory/memory-lock-store'
import { watched } from '../support/watched'
import { aClaim, aCompletion, composeScene, EPOCH, KEY } from './compose-scene'
import { ScriptedRepository } from './scripted-repository'

describe('composeStore', () => {
  it('looks, locks, looks again and writes, and gives the lock back', async () => {
    const { store, lock, repository, time } = composeScene()
    await store.claim(aClaim('one', { key: 'warm' }))
    lock.calls.length = 0
    repository.calls.length = 0
    expect(await store.claim(aClaim('one'))).toMatchObject({ type: 'acquired', attempt: 1 })
    expect(repository.calls).toEqual(['get', 'get', 'create'])
    expect(lock.calls).toEqual(['acquire', 'release'])
    expect(await store.complete(aCompletion('one'))).toBe(true)
    expect(repository.calls).toEqual(['get', 'get', 'create', 'get', 'update'])
    expect(await lock.inner.isHeld(KEY)).toBe(false)
    expect(time.timers + time.backgroundTimers).toBe(0)
  })

  it('keeps plain data: exactly these fields, the same after JSON', async () => {
    const { store, repository, time } = composeScene()
    await store.claim(aClaim('one', { fingerprint: 'f' }))
    await store.saveStep({ key: KEY, owner: 'one', name: 'charge', value: '1' })
    await store.complete({ ...aCompletion('one', Number.POSITIVE_INFINITY) })
    const now = EPOCH + time.now()
    expect(repository.row(KEY)).toEqual({
      key: KEY,
      state: 'succeeded',
      retryable: false,
      attempt: 1,
      fence: now * 1000,
      owner: 'one',
      takeover: false,
      fingerprint: 'f',
      value: '"paid"',
      steps: [{ name: 'charge', value: '1' }],
      createdAt: now,
      updatedAt: now,
      leaseUntil: now + 30_000,
      expiresAt: 8_640_000_000_000_000,
      goneAt: 8_640_000_000_000_000,
    })
  })

  it('works under an Idem', async () => {
    const store = composeStore({ repository: new ScriptedRepository(), lock: new MemoryLockStore() })
    const [one, two] = [new Idem({ store }), new Idem({ store })]
    let runs = 0
    const pay = async () => `receipt ${++runs}`
    const answers = await Promise.all([one.run('order', pay), two.run('order', pay), one.run('order', pay)])
    expect(answers).toEqual(['receipt 1', 'receipt 1', 'receipt 1'])
    expect(await two.execute('order', pay)).toMatchObject({ value: 'receipt 1', replayed: true })
  })

  describe('reads without the lock', () => {
    it('answers that need no write, once a grant has told the clock', async () => {
      const { store, anotherStore, lock, repository } = composeScene()
      await store.claim(aClaim('one', { fingerprint: 'f' }))
      lock.calls.length = 0
      expect(await store.claim(aClaim('two'))).toMatchObject({ type: 'running', leaseMs: 30_000 })
      expect(await store.claim(aClaim('two', { fingerprint: 'g' }))).toEqual({ type: 'mismatch' })
      expect(lock.calls).toEqual([])
      await store.complete(aCompletion('one'))
      lock.calls.length = 0
      repository.calls.length = 0
      expect(await store.claim(aClaim('two'))).toMatchObject({ type: 'settled', value: '"paid"' })
      expect(await store.get(KEY)).toMatchObject({ state: 'succeeded' })
      expect(await store.list({ prefix: '', limit: 10 })).toMatchObject({ records: [{ key: KEY }] })
      expect(lock.calls).toEqual([])
      expect(repository.calls).toEqual(['get', 'get', 'list'])

      const fresh = anotherStore()
      expect(await fresh.claim(aClaim('two'))).toMatchObject({ type: 'settled' })
      expect(lock.calls).toEqual(['acquire', 'release'])
    })

    it('never what has run out: a grant on its way is counted as if it were old', async () => {
      const { store, lock, repository, time } = composeScene()
      await store.claim(aClaim('one'))
      await store.complete(aCompletion('one', 5_000))
      // The next grant is read now and comes 600 ms later.
      lock.script('acquire', 'held back')
      const other = watched(store.claim(aClaim('two', { key: 'other' })))
      await time.advance(600)
      lock.letThrough()
      await time.settle()
      expect(other.state).toBe('resolved')
      await time.advance(4_399)
      lock.calls.length = 0
      expect(await store.claim(aClaim('two'))).toMatchObject({ type: 'settled', retentionMs: 1 })
      expect(lock.calls).toEqual([])
      await time.advance(1)
      expect(await store.claim(aClaim('two'))).toMatchObject({ type: 'acquired' })
      expect(repository.row(KEY)).toMatchObject({ owner: 'two' })
    })

    it('says under the lock only that something has run out', async () => {
      const { store, lock, time } = composeScene()
      await store.claim(aClaim('one', { leaseMs: 1_000 }))
      await store.claim(aClaim('one', { key: 'buried' }))
      await store.complete({ ...aCompletion('one', 1_000), key: 'buried', tombstoneMs: 60_000 })
      await time.advance(1_000)
      lock.calls.length = 0
      expect(await store.claim(aClaim('two', { onAbandoned: 'reject' }))).toMatchObject({ type: 'abandoned' })
      expect(lock.calls).toEqual(['acquire', 'release'])
      expect(await store.claim(aClaim('two', { key: 'buried' }))).toEqual({ type: 'expired' })
      expect(lock.calls).toEqual(['acquire', 'release', 'acquire', 'release'])
    })

    it('asks for the clock again when it was told it too long ago, or when the local clock has jumped', async () => {
      const { store, lock, time } = composeScene()
      const reads = [
        () => store.claim(aClaim('two')),
        () => store.get(KEY),
        () => store.list({ prefix: '', limit: 1 }),
      ]
      for (const read of reads) {
        for (const [passes, calls] of [
          [10_001, ['acquire', 'release']],
          [10_000, []],
          [-10_000, ['acquire', 'release']],
        ] as const) {
          await store.claim(aClaim('one', { leaseMs: 3_600_000 }))
          time.freeze(passes)
          lock.calls.length = 0
          await read()
          expect(lock.calls).toEqual(calls)
        }
      }
    })

    it("goes by the lock store's clock, whatever the date is here", async () => {
      vi.useFakeTimers({ now: 0, toFake: ['Date'] })
      try {
        const { store, time } = composeScene()
        await store.claim(aClaim('one'))
        vi.setSystemTime(EPOCH * 2)
        await time.advance(5_000)
        expect(await store.get(KEY)).toMatchObject({
          state: 'running',
          createdAt: EPOCH + 1_000,
          leaseMs: 25_000,
        })
      } finally {
        vi.useRealTimers()
      }
    })
  })

  describe('whose lock is busy', () => {
    it('waits for it, and looks again when it has it', async () => {
      const { store, lock, time } = composeScene()
      await lock.inner.acquire({ name: KEY, owner: 'rival', ttlMs: 60_000 })
      const claiming = watched(store.claim(aClaim('one')))
      await time.advance(1_000)
      expect(claiming.state).toBe('pending')
      await lock.inner.release({ name: KEY, owner: 'rival' })
      await time.advance(500)
      expect(claiming).toMatchObject({ state: 'resolved', value: { type: 'acquired' } })
    })

    it.each([
      [{}, 1_500],
      [{ wait: '5s' }, 5_000],
      [{ wait: 0 }, 0],
    ] as const)('fails with StoreError when it stays busy: %o', async (options, waitMs) => {
      const { store, lock, repository, time } = composeScene(options)
      await lock.inner.acquire({ name: KEY, owner: 'rival', ttlMs: 60_000 })
      const claiming = watched(store.claim(aClaim('one')))
      await time.advance(waitMs - 1)
      expect(claiming.state).toBe(waitMs === 0 ? 'rejected' : 'pending')
      await time.advance(1)
      expect(claiming.error).toBeInstanceOf(StoreError)
      expect((claiming.error as Error).message).toContain(`${waitMs} ms`)
      expect(repository.calls).toEqual([])
    })

    it('holds it for as long as the options say, should this process stop', async () => {
      for (const [options, ttlMs] of [
        [{}, 2_000],
        [{ ttl: '7s' }, 7_000],
      ] as const) {
        const { store, lock, repository, time } = composeScene(options)
        let goOn = () => {}
        repository.script('get', () => new Promise((resolve) => (goOn = resolve)))
        const claiming = watched(store.claim(aClaim('one')))
        await time.settle()
        const other = await lock.inner.acquire({ name: KEY, owner: 'rival', ttlMs: 1 })
        expect(other).toEqual({ acquired: false, ttlMs })
        goOn()
        await time.settle()
        expect(claiming.state).toBe('resolved')
      }
    })
  })

  describe('that fails', () => {
    it('rejects with what the repository threw, and gives the lock back', async () => {
      const { store, lock, repository } = composeScene()
      for (const call of ['get', 'create'] as const) {
        repository.script(call, 'fails')
        await expect(store.claim(aClaim('one'))).rejects.toThrow('table is locked')
        expect(await lock.inner.isHeld(KEY)).toBe(false)
      }
    })

    it('has the same answer when a claim or completion is sent again after a lost reply', async () => {
      const { store, repository } = composeScene()
      repository.script('create', 'lost')
      await expect(store.claim(aClaim('one'))).rejects.toThrow('connection reset')
      expect(await store.claim(aClaim('one'))).toMatchObject({ type: 'acquired', attempt: 1 })
      expect(await store.claim(aClaim('two'))).toMatchObject({ type: 'running' })
      repository.script('update', 'lost')
      await expect(store.complete(aCompletion('one'))).rejects.toThrow('connection reset')
      expect(await store.complete(aCompletion('one'))).toBe(true)
    })

    it('throws StoreError if the lock store does', async () => {
      const { store, lock, time } = composeScene()
      lock.always('fails', 'acquire')
      const claiming = watched(store.claim(aClaim('one')))
      await time.advance(100)
      expect(claiming.error).toMatchObject({ code: 'STORE', cause: new Error('connection refused') })
    })

    it('does not fail because the lock cannot be given back', async () => {
      const { store, lock, time } = composeScene()
      lock.always('fails', 'release')
      expect(await store.claim(aClaim('one'))).toMatchObject({ type: 'acquired' })
      await time.settle()
    })

    it('says clearly that a repository without list() cannot be listed', async () => {
      const { repository, lock, time } = composeScene()
      const { get, create, update } = repository
      const bare = {
        get: get.bind(repository),
        create: create.bind(repository),
        update: update.bind(repository),
      }
      const store = composeStore({ repository: bare, lock, runtime: time })
      await expect(store.list({ prefix: '', limit: 1 })).rejects.toThrow('the repository has no list()')
      expect(await store.claim(aClaim('one'))).toMatchObject({ type: 'acquired' })
    })
  })

  describe('that is overtaken', () => {
    it('decides anew when the record changes between its look and its write', async () => {
      const { store, lock, repository } = composeScene()
      await store.claim(aClaim('one'))
      lock.calls.length = 0
      repository.script('update', 'overtaken', 'overtaken')
      expect(await store.complete(aCompletion('one'))).toBe(true)
      expect(lock.calls).toEqual(['acquire', 'release', 'acquire', 'release', 'acquire', 'release'])
      expect(repository.row(KEY)).toMatchObject({ state: 'succeeded' })
    })

    it('fails with StoreError when that goes on', async () => {
      const { store, repository } = composeScene()
      await store.claim(aClaim('one'))
      repository.script('update', ...Array<'overtaken'>(5).fill('overtaken'))
      await expect(store.complete(aCompletion('one'))).rejects.toThrow(StoreError)
      expect(await store.complete(aCompletion('one'))).toBe(true)
    })
  })

  describe('that deletes', () => {
    it('leaves nothing of the record but what refuses late writes', async () => {
      const { store, repository, time } = composeScene()
      await store.claim(aClaim('one', { fingerprint: 'f' }))
      await store.saveStep({ key: KEY, owner: 'one', name: 'charge', value: '1' })
      await store.complete(aCompletion('one'))
      await time.advance(1_000)
      expect(await store.delete(KEY)).toBe(true)
      expect(await store.get(KEY)).toBeUndefined()
      expect(await store.delete(KEY)).toBe(false)
      const row = repository.row(KEY)
      expect(row).toMatchObject({ steps: [] })
      expect(row).not.toHaveProperty('value')
      expect(row).not.toHaveProperty('fingerprint')
      const now = EPOCH + time.now()
      expect(row).toMatchObject({ updatedAt: now, expiresAt: now, goneAt: now })
    })

    it('refuses a claimant that was stopped before the record was made and deleted', async () => {
      const { store, anotherStore, repository, time } = composeScene()
      let goOn = () => {}
      repository.script('create', () => new Promise((resolve) => (goOn = resolve)))
      const stopped = watched(store.claim(aClaim('late')))
      await time.settle()
      time.freeze(60_000)
      const other = anotherStore()
      const first = await other.claim(aClaim('other'))
      await other.delete(KEY)
      goOn()
      await time.settle()
      // It looked again: its fence is greater than that of the attempt that it never saw.
      expect(stopped).toMatchObject({ state: 'resolved', value: { type: 'acquired' } })
      const fences = [first, stopped.value].map((outcome) =>
        outcome?.type === 'acquired' ? outcome.fence : 0,
      )
      expect(fences[0]).toBeLessThan(fences[1] ?? 0)
    })

    it('has fences that grow although the repository remembers nothing, and the clock goes back', async () => {
      const { store, repository, clock } = composeScene()
      const first = await store.claim(aClaim('one'))
      repository.rows.clear()
      clock.aheadMs -= 60_000
      const second = await store.claim(aClaim('two'))
      if (first.type !== 'acquired' || second.type !== 'acquired') throw new Error('both are acquired')
      expect(second.fence).toBeGreaterThan(first.fence)
    })

    it('has fences that grow although the lock store has lost its own', async () => {
      const { store, repository, time } = composeScene()
      const first = await store.claim(aClaim('one', { leaseMs: 1 }))
      if (first.type !== 'acquired') throw new Error('it is acquired')
      const row = { ...repository.row(KEY), fence: first.fence + 1e12 }
      repository.rows.set(KEY, { json: JSON.stringify(row), version: 1 })
      await time.advance(10)
      expect(await store.claim(aClaim('two'))).toMatchObject({ attempt: 2, fence: first.fence + 1e12 + 1 })
    })
  })

  describe('list', () => {
    it('pages as the repository does, without what is gone, and by state', async () => {
      const { store } = composeScene()
      for (const key of ['a1', 'a2', 'a3', 'a4', 'b1']) await store.claim(aClaim('one', { key }))
      await store.complete({ ...aCompletion('one'), key: 'a2' })
      await store.delete('a3')
      const first = await store.list({ prefix: 'a', limit: 3 })
      expect(first.records.map(({ key }) => key)).toEqual(['a1', 'a2'])
      const second = await store.list({ prefix: 'a', limit: 3, cursor: first.cursor })
      expect(second.records.map(({ key }) => key)).toEqual(['a4'])
      expect(second.cursor).toBeUndefined()
      const done = await store.list({ prefix: 'a', limit: 9, state: 'succeeded' })
      expect(done.records.map(({ key }) => key)).toEqual(['a2'])
    })
  })
})
