import { describe, expectTypeOf, it } from 'vitest'
import type { HeldLock } from '../../src/mutex/held-lock'
import type { Mutex } from '../../src/mutex/mutex'
import type { Duration } from '../../src/options/duration'

declare const mutex: Mutex

describe('the types of Mutex', () => {
  it('give from run what the function gives', () => {
    expectTypeOf(mutex.run('door', () => 7)).resolves.toEqualTypeOf<number>()
    expectTypeOf(mutex.run('door', async (lock) => lock)).resolves.toEqualTypeOf<HeldLock>()
    expectTypeOf(mutex.run(['door', '7'], () => {})).resolves.toEqualTypeOf<void>()
  })

  it('say that tryAcquire may come away with nothing, and acquire never does', () => {
    expectTypeOf(mutex.tryAcquire('door')).resolves.toEqualTypeOf<HeldLock | undefined>()
    expectTypeOf(mutex.acquire('door')).resolves.toEqualTypeOf<HeldLock>()
  })

  it('let nobody wait in tryAcquire', () => {
    expectTypeOf<Parameters<Mutex['tryAcquire']>[1]>().toEqualTypeOf<
      { readonly ttl?: Duration | undefined } | undefined
    >()
    // @ts-expect-error there is nothing to wait for
    void mutex.tryAcquire('door', { wait: 5 })
  })

  it('make a held lock good for `await using`', () => {
    expectTypeOf<HeldLock>().toExtend<AsyncDisposable>()
    expectTypeOf<HeldLock['signal']>().toEqualTypeOf<AbortSignal>()
  })
})
