import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { LocalCache } from '../../src/cache/local-cache'
import { encryptedCodec } from '../../src/encrypted'
import { CodecError, OperationFailedError } from '../../src/errors'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import { tieredStore } from '../../src/tiered/tiered-store'
import { same, storable } from '../codec/values'
import { AccountStore } from '../support/account-store'
import { FaultyStore, losesReply } from '../support/faulty-store'
import { KEYS, sealedScene, secret } from './sealed-scene'

const CANARY = 'canary 4111-1111'

describe('encryptedCodec', () => {
  it('gives every other caller and process what the first one got', async () => {
    const { idem } = sealedScene()
    let runs = 0
    await fc.assert(
      fc.asyncProperty(storable, async (value) => {
        const key = `value ${runs++}`
        const first = await idem().run(key, () => value)
        const replay = await idem().execute(key, () => expect.fail('ran again'))
        expect(replay.replayed).toBe(true)
        expect(same(first, value) && same(replay.value, value)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('leaves no trace of values, steps and failures in the store, in any field of any record', async () => {
    const { idem, store } = sealedScene()
    await idem().run('value', () => ({ card: CANARY }), { fingerprint: { card: CANARY } })
    const failure = Object.assign(new Error(CANARY), { name: CANARY, code: CANARY, details: { CANARY } })
    const failing = (key: string, more = {}) =>
      idem({}, more).run(key, async ({ step }) => {
        await step('pay', () => CANARY)
        throw failure
      })
    await expect(failing('retryable')).rejects.toBe(failure)
    await expect(failing('final', { isRetryable: () => false })).rejects.toBe(failure)
    await expect(failing('abandoned', { maxAttempts: 1 })).rejects.toBe(failure)
    await expect(failing('resolved')).rejects.toBe(failure)
    expect(await idem().resolve('resolved', CANARY)).toBe(true)
    const { records } = await store.list({ prefix: '', limit: 100 })
    expect(records).toHaveLength(5)
    const text = JSON.stringify(records)
    expect(text).not.toContain(CANARY)
    expect(text).not.toContain(btoa(CANARY).slice(0, 16))
    expect(text.match(/sealed1\.one\./g)).toHaveLength(1 + 3 * 2 + 2)
  })

  it('leaves none in a transaction either, be it committed or failed for good', async () => {
    const store = new AccountStore(new MemoryStore())
    const idem = new Idem({ store, codec: encryptedCodec({ keys: KEYS }), isRetryable: () => false })
    expect(await idem.transaction('paid', () => CANARY)).toBe(CANARY)
    const declined = () =>
      idem.transaction('declined', () => {
        throw new RangeError(CANARY)
      })
    await expect(declined()).rejects.toThrow(RangeError)
    await expect(declined()).rejects.toMatchObject({ code: 'OPERATION_FAILED', failure: { message: CANARY } })
    expect(await idem.transaction('paid', () => 'again')).toBe(CANARY)
    const tx = store.begin()
    expect(await idem.transaction('joined', () => CANARY, { tx })).toBe(CANARY)
    expect(await idem.transaction('joined', () => 'again', { tx })).toBe(CANARY)
    await tx.commit()
    const { records } = await store.list({ prefix: '', limit: 100 })
    expect(records.map(({ value, failure }) => value ?? failure)).toEqual(
      Array(3).fill(expect.stringMatching(/^sealed1\.one\./)),
    )
    expect(JSON.stringify(records)).not.toContain(CANARY)
  })

  it('encrypts what lies in caches behind it, and reads it there', async () => {
    const cache = new LocalCache({ max: 10, maxAge: '1m' })
    const store = tieredStore({ caches: [cache], authority: new MemoryStore() })
    const idem = new Idem({ store, codec: encryptedCodec({ keys: KEYS }) })
    for (let call = 0; call < 3; call++) expect(await idem.run('key', () => CANARY)).toBe(CANARY)
    expect(cache.get('idem:::key')?.value).toMatch(/^sealed1\./)
  })

  it('keeps the steps of an attempt that failed, for the next one', async () => {
    const { idem } = sealedScene()
    const work = async (attempt: number, pay: () => string) =>
      idem().run('key', async ({ step }) => {
        const receipt = await step('pay', pay)
        if (attempt === 1) throw new Error('later')
        return receipt
      })
    await expect(work(1, () => CANARY)).rejects.toThrow('later')
    expect(await work(2, () => 'paid twice')).toBe(CANARY)
  })

  it('tells failures as they were, to whoever replays them', async () => {
    const { idem } = sealedScene()
    const run = () =>
      idem({}, { isRetryable: () => false }).run('key', () => {
        throw Object.assign(new Error('declined'), { code: 'E_CARD', details: { left: 3 } })
      })
    await expect(run()).rejects.toThrow('declined')
    const error = await run().catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OperationFailedError)
    expect(error.failure).toEqual({
      name: 'Error',
      message: 'declined',
      code: 'E_CARD',
      details: { left: 3 },
    })
    expect((await idem().inspect('key'))?.failure?.code).toBe('E_CARD')
  })

  it('gives equal values texts that have nothing in common', async () => {
    const { idem, stored } = sealedScene()
    const texts = new Set<string | undefined>()
    for (const key of ['a', 'b', 'c']) {
      await idem().run(key, () => CANARY)
      texts.add((await stored(key)).value?.slice(0, 30))
    }
    expect(texts.size).toBe(3)
  })

  it('sends an answer again whose reply was lost, and it is the same answer', async () => {
    const store = new FaultyStore(new MemoryStore())
    store.coming('complete', losesReply, losesReply)
    const idem = new Idem({ store, codec: encryptedCodec({ keys: KEYS }) })
    expect(await idem.run('key', () => CANARY)).toBe(CANARY)
    expect(await idem.run('key', () => 'again')).toBe(CANARY)
  })

  it('puts a codec of the user’s own behind it', async () => {
    const { idem, stored } = sealedScene()
    const codec = { encode: (value: unknown) => `own ${value}`, decode: (text: string) => text.slice(4) }
    expect(await idem({ codec }).run('key', () => 5)).toBe('5')
    expect(await idem({ codec }).run('key', () => 6)).toBe('5')
    expect((await stored('key')).value).toMatch(/^sealed1\./)
  })

  it('reads by an older key what that one wrote, and writes by the first', async () => {
    const { idem, stored } = sealedScene()
    const [old, young] = [KEYS[0], { id: 'two', key: secret(2) }]
    await idem({ keys: [old] }).run('before', () => 1)
    const both = idem({ keys: [young, old] })
    expect(await both.run('before', () => 2)).toBe(1)
    await both.run('after', () => 3)
    expect((await stored('after')).value).toMatch(/^sealed1\.two\./)
    expect(await idem({ keys: [young] }).run('after', () => 4)).toBe(3)
    await expect(idem({ keys: [young] }).run('before', () => 5)).rejects.toThrow('no key with the id "one"')
  })

  it('is made without a random number, of which workers have none before their first request', async () => {
    // Modules that have not been used: what they fetched before would last for a while.
    vi.resetModules()
    const fresh = { ...(await import('../../src/encrypted')), ...(await import('../../src/idem')) }
    const random = vi.spyOn(crypto, 'getRandomValues')
    try {
      const codec = fresh.encryptedCodec({ keys: [{ id: 'a', key: new Uint8Array(32) }] })
      const idem = new fresh.Idem({ store: new MemoryStore(), codec })
      expect(random).not.toHaveBeenCalled()
      await idem.run('card', () => '4111-1111')
      expect(random).toHaveBeenCalled()
    } finally {
      random.mockRestore()
    }
  })

  it('takes a CryptoKey that nobody can read', async () => {
    const { idem } = sealedScene()
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ])
    const keys = [{ id: 'hsm', key }] as const
    await idem({ keys }).run('key', () => CANARY)
    expect(await idem({ keys }).run('key', () => 'again')).toBe(CANARY)
  })

  it('reads what was written before there was a key, only where it is told to', async () => {
    const { idem, store } = sealedScene()
    const plain = new Idem({ store, isRetryable: () => false })
    await plain.run('value', () => new Date(5))
    const failing = plain.run('failure', () => {
      throw new Error('declined')
    })
    await expect(failing).rejects.toThrow('declined')
    const lenient = idem({ acceptPlain: true })
    expect(await lenient.run('value', () => 'again')).toEqual(new Date(5))
    await expect(lenient.run('failure', () => 'again')).rejects.toThrow('declined')
    await expect(idem().run('value', () => 'again')).rejects.toThrow(CodecError)
    await expect(idem().run('failure', () => 'again')).rejects.toThrow('acceptPlain')
  })
})
