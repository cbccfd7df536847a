import { describe, expect, it } from 'vitest'
import { watched } from '../support/watched'
import { aClaim, aCompletion, composeScene, EPOCH, KEY } from './compose-scene'

describe('composeStore that deletes', () => {
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
    const fences = [first, stopped.value].map((outcome) => (outcome?.type === 'acquired' ? outcome.fence : 0))
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
