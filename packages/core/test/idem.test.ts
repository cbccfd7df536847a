import { describe, expect, it } from 'vitest'
import type { IdemRecord } from '../src/idem-record'
import { arrivesAfter, hangs, losesReply, rejects } from './support/faulty-store'
import { gate } from './support/gate'
import { scene } from './support/scene'
import { watched } from './support/watched'

const EPOCH = 1_700_000_001_000

/** A record that a process left behind when it crashed; its lease is over. */
async function abandoned(options = {}) {
  const { time, process } = scene()
  const { idem, store } = process(options)
  watched(idem.run('a', () => new Promise(() => {})))
  await time.settle()
  store.everything(hangs)
  await time.advance(30_000)
  return { time, process, ...process(options) }
}

describe('inspect', () => {
  it('shows a record that succeeded', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const slow = idem.run(['a', 'b'], async ({ step }) => {
      await step('charge', () => 1)
      await new Promise<void>((resolve) => time.schedule(500, resolve))
      return { paid: 10n }
    })
    await time.outlast(slow)
    expect(await idem.inspect(['a', 'b'])).toEqual({
      key: 'idem:::a,b',
      state: 'succeeded',
      retryable: false,
      attempt: 1,
      fence: EPOCH * 1000,
      value: { paid: 10n },
      valueOmitted: false,
      failure: undefined,
      steps: ['charge'],
      createdAt: new Date(EPOCH),
      updatedAt: new Date(EPOCH + 500),
      expiresAt: new Date(EPOCH + 500 + 86_400_000),
      leaseUntil: undefined,
    })
    expect(store.count('get')).toBe(1)
  })

  it('shows a record that failed, and whether it may be tried again', async () => {
    const { process } = scene()
    const { idem } = process({ maxAttempts: 2 })
    const failing = () => Promise.reject(new RangeError('no'))
    await idem.run('a', failing).catch(() => {})
    const failed = { state: 'failed', failure: { name: 'RangeError', message: 'no' }, valueOmitted: false }
    expect(await idem.inspect('a')).toMatchObject({ ...failed, attempt: 1, retryable: true })
    await idem.run('a', failing).catch(() => {})
    expect(await idem.inspect('a')).toMatchObject({ ...failed, attempt: 2, retryable: false })
  })

  it('shows a running record with the end of its lease, and it as abandoned afterwards', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    watched(idem.run('a', () => new Promise(() => {})))
    await time.settle()
    const leaseUntil = new Date(EPOCH + 30_000)
    expect(await idem.inspect('a')).toMatchObject({ state: 'running', leaseUntil })
    store.everything(hangs)
    await time.advance(30_000)
    expect(await process().idem.inspect('a')).toMatchObject({ state: 'abandoned', leaseUntil })
  })

  it('shows nothing where there is nothing, in its own scope and name', async () => {
    const { process } = scene()
    const { idem } = process()
    await idem.run('a', () => 1, { scope: 's', name: 'n' })
    expect(await idem.inspect('a')).toBeUndefined()
    expect(await idem.inspect('a', { scope: 's' })).toBeUndefined()
    expect(await idem.inspect('a', { scope: 's', name: 'n' })).toMatchObject({ value: 1 })
  })

  it('asks again when the store fails, and then is a StoreError', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.coming('get', rejects, rejects)
    expect(await time.outlast(idem.inspect('a'))).toBeUndefined()
    store.always('get', rejects)
    await expect(time.outlast(idem.inspect('a'))).rejects.toMatchObject({ code: 'STORE' })
  })

  it('reads a value with the codec that the call names', async () => {
    const { process } = scene()
    const { idem } = process()
    const codec = { encode: (value: unknown) => `own:${value}`, decode: (text: string) => text.slice(4) }
    await idem.run('a', () => 'paid', { codec })
    expect(await idem.inspect('a', { codec })).toMatchObject({ value: 'paid' })
    expect(await idem.inspect('a')).toMatchObject({ state: 'succeeded', valueError: { code: 'CODEC' } })
  })

  it('is answered by the store, never by the cache', async () => {
    const { process } = scene()
    const { idem } = process({ cache: { max: 9, maxAge: '1h' } })
    await idem.run('a', () => 1)
    await process().idem.forget('a')
    expect(await idem.inspect('a')).toBeUndefined()
  })
})

describe('forget', () => {
  it('removes the record, whatever its state, so that the next call runs again', async () => {
    const { process } = scene()
    const { idem } = process({ cache: { max: 9, maxAge: '1h' } })
    expect(await idem.forget('a')).toBe(false)
    await idem.run('a', () => 1)
    expect(await idem.forget('a')).toBe(true)
    expect(await idem.execute('a', () => 2)).toEqual({ value: 2, replayed: false, attempt: 1 })
  })

  it('is seen by other processes after the age of their caches at the latest', async () => {
    const { time, process } = scene()
    const { idem } = process({ cache: { max: 9, maxAge: '1m' } })
    await idem.run('a', () => 1)
    await process().idem.forget('a')
    await time.advance(59_999)
    expect(await idem.run('a', () => 2)).toBe(1)
    await time.advance(1)
    expect(await idem.run('a', () => 2)).toBe(2)
  })

  it('stops no attempt that is running, but keeps it from settling', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const answer = gate<string>()
    const running = watched(idem.run('a', () => answer.promise))
    await time.settle()
    expect(await idem.forget('a')).toBe(true)
    answer.open('late')
    await time.settle()
    expect(running.error).toMatchObject({ code: 'LEASE_LOST' })
    expect(await idem.inspect('a')).toBeUndefined()
  })

  it('lets the next call run, also in the process where the forgotten attempt still runs', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const answer = gate<string>()
    const running = watched(idem.run('a', () => answer.promise))
    await time.settle()
    await idem.forget('a')
    expect(await idem.run('a', () => 'next')).toBe('next')
    answer.open('late')
    await time.settle()
    expect(running.value).toBe('next')
  })

  it('is sent once: when its reply is lost, a second could remove what began meanwhile', async () => {
    const { process } = scene()
    const { idem, store } = process()
    await idem.run('a', () => 1)
    store.always('delete', losesReply)
    await expect(idem.forget('a')).rejects.toMatchObject({ code: 'STORE' })
    expect(store.count('delete')).toBe(1)
    expect(await idem.inspect('a')).toBeUndefined()
  })

  it('leaves the calls of other keys together', async () => {
    const { idem, store } = scene().process()
    const answer = gate<string>()
    const running = idem.run('a', () => answer.promise)
    await idem.forget('b')
    const joined = idem.run('a', () => 'no')
    answer.open('done')
    expect(await Promise.all([running, joined])).toEqual(['done', 'done'])
    expect(store.count('claim')).toBe(1)
  })

  it('empties the cache also when its reply is lost', async () => {
    const { process } = scene()
    const { idem, store } = process({ cache: { max: 9, maxAge: '1h' } })
    await idem.run('a', () => 1)
    store.coming('delete', losesReply)
    await idem.forget('a').catch(() => {})
    expect(await idem.run('a', () => 2)).toBe(2)
  })

  it('keeps an answer that was under way out of the cache', async () => {
    const { time, process } = scene()
    await process().idem.run('a', () => 1)
    const { idem, store } = process({ cache: { max: 9, maxAge: '1h' } })
    const slow = gate()
    store.coming('claim', async (send) => {
      const answer = await send()
      await slow.promise
      return answer
    })
    const call = watched(idem.run('a', () => 2))
    await time.settle()
    await idem.forget('a')
    slow.open()
    await time.settle()
    expect(call.value).toBe(1)
    expect(await idem.run('a', () => 2)).toBe(2)
  })
})

describe('resolve', () => {
  it('settles an abandoned record as succeeded, with a value', async () => {
    const { idem, process } = await abandoned({ onAbandoned: 'reject' })
    expect(await idem.resolve('a', { paid: 10n })).toBe(true)
    expect(await process().idem.run('a', () => 'no')).toEqual({ paid: 10n })
  })

  it('settles a failure that may be retried', async () => {
    const { process } = scene()
    const { idem } = process()
    await idem.run('a', () => Promise.reject(new Error('no'))).catch(() => {})
    expect(await idem.resolve('a', undefined)).toBe(true)
    expect(await idem.inspect('a')).toMatchObject({
      state: 'succeeded',
      valueOmitted: false,
      failure: undefined,
    })
  })

  it('keeps the value as the call says: its codec, retention, tombstone and size', async () => {
    const { time, idem } = await abandoned()
    const codec = { encode: (value: unknown) => `own:${value}`, decode: (text: string) => text.slice(4) }
    const options = { codec, retention: '1m', tombstone: '1m' } as const
    await expect(idem.resolve('a', 'by hand', { ...options, maxResultBytes: 5 })).rejects.toMatchObject({
      code: 'CODEC',
    })
    expect(await idem.resolve('a', 'by hand', options)).toBe(true)
    expect(await idem.run('a', () => 'no', { codec })).toBe('by hand')
    await time.advance(60_000)
    await expect(idem.run('a', () => 'no')).rejects.toMatchObject({ code: 'EXPIRED_KEY' })
  })

  it('changes no final answer, and makes no record', async () => {
    const { process } = scene()
    const { idem } = process({ maxAttempts: 1 })
    expect(await idem.resolve('none', 1)).toBe(false)
    expect(await idem.inspect('none')).toBeUndefined()
    await idem.run('done', () => 1)
    expect(await idem.resolve('done', 2)).toBe(false)
    expect(await idem.run('done', () => 3)).toBe(1)
    await idem.run('failed', () => Promise.reject(new Error('no'))).catch(() => {})
    expect(await idem.resolve('failed', 2)).toBe(false)
    expect(await idem.inspect('failed')).toMatchObject({ state: 'failed' })
  })

  it('refuses an attempt that is alive, with what is left of its lease', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const answer = gate<number>()
    const running = watched(idem.run('a', () => answer.promise))
    await time.advance(4_000)
    await expect(process().idem.resolve('a', 2)).rejects.toMatchObject({
      code: 'IN_PROGRESS',
      retryAfterMs: 26_000,
    })
    answer.open(1)
    expect(await running.promise).toBe(1)
  })

  it('refuses a value that cannot be kept, before the store is called', async () => {
    const { process } = scene()
    const { idem, store } = process({ maxResultBytes: 10 })
    await expect(idem.resolve('a', () => {})).rejects.toMatchObject({ code: 'CODEC' })
    await expect(idem.resolve('a', 'x'.repeat(10))).rejects.toMatchObject({ code: 'CODEC' })
    expect(store.calls).toEqual([])
  })

  it('is true although its first reply was lost', async () => {
    const { time, idem, store } = await abandoned()
    store.coming('resolve', losesReply, losesReply)
    expect(await time.outlast(idem.resolve('a', 1))).toBe(true)
  })

  it('leaves the late owner with the operator’s answer', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    const answer = gate<string>()
    const late = watched(idem.run('a', () => answer.promise))
    await time.settle()
    const cut = gate()
    store.everything(arrivesAfter(cut.promise))
    await time.advance(30_000)
    await process().idem.resolve('a', 'by hand')
    store.everything((send) => send())
    answer.open('late')
    await time.settle()
    expect(late.value).toBe('by hand')
  })
})

describe('records', () => {
  async function someRecords(count: number) {
    const { process } = scene()
    const { idem, store } = process()
    for (let index = 0; index < count; index++) await idem.run(`key-${index}`, () => index)
    await process({ namespace: 'ide' }).idem.run('other', () => 0)
    await process({ namespace: 'idem2' }).idem.run('other', () => 0)
    return { idem, store, process }
  }

  async function all(records: AsyncIterable<IdemRecord>): Promise<IdemRecord[]> {
    const seen: IdemRecord[] = []
    for await (const record of records) seen.push(record)
    return seen
  }

  it('are all of the namespace, decoded, page by page', async () => {
    const { idem, store } = await someRecords(250)
    const seen = await all(idem.records())
    expect(new Set(seen.map(({ value }) => value)).size).toBe(250)
    expect(seen).toHaveLength(250)
    expect(store.count('list')).toBe(3)
  })

  it('may be those of one state', async () => {
    const { idem } = await someRecords(3)
    await idem.run('failed', () => Promise.reject(new Error('no'))).catch(() => {})
    expect((await all(idem.records({ state: 'failed' }))).map(({ key }) => key)).toEqual(['idem:::failed'])
    expect(await all(idem.records({ state: 'succeeded' }))).toHaveLength(3)
    expect(await all(idem.records({ state: 'abandoned' }))).toEqual([])
  })

  it('include those whose values were written with another codec', async () => {
    const { idem } = await someRecords(1)
    const codec = { encode: String, decode: (text: string) => text }
    await idem.run('other', () => 'not JSON', { codec })
    const other = (await all(idem.records())).find(({ key }) => key.endsWith('other'))
    expect(other).toMatchObject({ state: 'succeeded', valueOmitted: false, valueError: { code: 'CODEC' } })
    expect(other).not.toHaveProperty('value')
  })

  it('come in pages of the size that is asked for, each with the cursor to the next', async () => {
    const { idem } = await someRecords(5)
    const sizes: number[] = []
    let cursor: string | undefined
    do {
      const page = await idem.page({ limit: 2, cursor })
      sizes.push(page.records.length)
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(sizes).toEqual([2, 2, 1])
    expect((await idem.page()).records).toHaveLength(5)
  })

  it('are a StoreError when the store is down', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.always('list', rejects)
    await expect(time.outlast(idem.page())).rejects.toMatchObject({ code: 'STORE' })
    expect(store.count('list')).toBe(3)
  })
})
