import { describe, expect, it } from 'vitest'
import { OperationFailedError } from '../../src/errors'
import { scene } from '../support/scene'

const declined = Object.assign(new Error('declined'), { code: 'E_DECLINED' })
const failing = (error: unknown) => () => Promise.reject(error)

describe('a failure', () => {
  it('is retryable unless said otherwise: the next call makes the next attempt', async () => {
    const { process } = scene()
    const { idem } = process()
    await expect(idem.run('a', failing(declined))).rejects.toBe(declined)
    expect(await idem.inspect('a')).toMatchObject({ state: 'failed', retryable: true, attempt: 1 })
    expect(await idem.execute('a', () => 'paid')).toEqual({ value: 'paid', replayed: false, attempt: 2 })
  })

  it('is final when isRetryable says no: it is replayed, and the handler runs no more', async () => {
    const { process } = scene()
    const options = { isRetryable: (error: unknown) => error !== declined }
    let runs = 0
    const pay = () => {
      runs++
      throw declined
    }
    const { idem, store, events } = process(options)
    await expect(idem.run('a', pay)).rejects.toBe(declined)
    const replayed = new OperationFailedError({ name: 'Error', message: 'declined', code: 'E_DECLINED' }, 1)
    await expect(idem.run('a', pay)).rejects.toEqual(replayed)
    await expect(process(options).idem.run('a', pay)).rejects.toEqual(replayed)
    expect(runs).toBe(1)
    expect(store.calls).toEqual(['claim', 'fail', 'claim'])
    expect(events[1]).toMatchObject({ type: 'failed', kind: 'final' })
  })

  it('is judged by the error and the attempt', async () => {
    const { process } = scene()
    const seen: unknown[] = []
    const { idem } = process({
      isRetryable: (error, attempt) => {
        seen.push([error, attempt])
        return attempt < 2
      },
    })
    await idem.run('a', failing(declined)).catch(() => {})
    await idem.run('a', failing('thrown')).catch(() => {})
    expect(seen).toEqual([
      [declined, 1],
      ['thrown', 2],
    ])
    await expect(idem.run('a', () => 'no')).rejects.toMatchObject({ failure: { message: 'thrown' } })
  })

  it('is retryable when isRetryable throws: it has not said no', async () => {
    const { process } = scene()
    const { idem } = process({
      isRetryable: () => {
        throw new Error('broken policy')
      },
    })
    await expect(idem.run('a', failing(declined))).rejects.toBe(declined)
    expect(await idem.run('a', () => 'paid')).toBe('paid')
  })

  it('that is final is replayed from the local cache, once it was read', async () => {
    const { process } = scene()
    const { idem, store } = process({ isRetryable: () => false, cache: { max: 1, maxAge: '1m' } })
    await idem.run('a', failing(declined)).catch(() => {})
    for (let call = 0; call < 3; call++) {
      await expect(idem.run('a', () => 'no')).rejects.toMatchObject({ code: 'OPERATION_FAILED' })
    }
    expect(store.count('claim')).toBe(2)
  })

  it('that is retryable is kept by no cache', async () => {
    const { process } = scene()
    const { idem } = process({ maxAttempts: 1, cache: { max: 1, maxAge: '1m' }, isRetryable: () => true })
    await process()
      .idem.run('a', failing(declined))
      .catch(() => {})
    await expect(idem.run('a', () => 'no')).rejects.toMatchObject({ code: 'OPERATION_FAILED' })
    expect(await idem.run('a', () => 'paid', { maxAttempts: 2 })).toBe('paid')
  })
})

describe('maxAttempts', () => {
  it('makes the last failure final: it is replayed, and the handler runs no more', async () => {
    const { process } = scene()
    const { idem } = process({ maxAttempts: 3 })
    let runs = 0
    const pay = () => {
      throw new Error(`declined ${++runs}`)
    }
    for (let attempt = 1; attempt <= 3; attempt++) {
      await expect(idem.run('a', pay)).rejects.toThrow(`declined ${attempt}`)
    }
    for (let call = 0; call < 2; call++) {
      await expect(idem.run('a', pay)).rejects.toMatchObject({
        code: 'OPERATION_FAILED',
        attempt: 3,
        failure: { message: 'declined 3' },
      })
    }
    expect(runs).toBe(3)
    expect(await idem.inspect('a')).toMatchObject({ state: 'failed', retryable: false, attempt: 3 })
  })

  it('does not ask isRetryable about the last failure', async () => {
    const { process } = scene()
    let asked = 0
    const isRetryable = () => {
      asked++
      return true
    }
    await process({ maxAttempts: 1, isRetryable })
      .idem.run('a', failing(declined))
      .catch(() => {})
    expect(asked).toBe(0)
    expect(await process().idem.inspect('a')).toMatchObject({ retryable: false })
  })

  it('is kept by a caller who allows fewer attempts than were made', async () => {
    const { process } = scene()
    const { idem } = process()
    await idem.run('a', failing(declined)).catch(() => {})
    await idem.run('a', failing(declined)).catch(() => {})
    await expect(idem.run('a', () => 'no', { maxAttempts: 2 })).rejects.toMatchObject({
      code: 'OPERATION_FAILED',
      attempt: 2,
    })
    expect(await idem.run('a', () => 'paid', { maxAttempts: 3 })).toBe('paid')
  })

  it('does not limit a success', async () => {
    const { process } = scene()
    expect(await process({ maxAttempts: 1 }).idem.run('a', () => 'paid')).toBe('paid')
  })
})
