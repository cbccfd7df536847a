import { describe, expect, it } from 'vitest'
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
