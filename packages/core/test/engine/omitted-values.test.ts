import { describe, expect, it } from 'vitest'
import { CodecError } from '../../src/errors'
import type { AttemptContext } from '../../src/options/options'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

class Receipt {}
const unavailable = { name: 'ResultUnavailableError', code: 'RESULT_UNAVAILABLE' }

describe('a value that cannot be kept', () => {
  it.each([
    ['an instance of a class', new Receipt()],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['too large a text', 'x'.repeat(1_048_575)],
    ['a cycle', cyclic()],
  ])('(%s) reaches the caller whose handler ran, and nothing runs again', async (_, value) => {
    const { process } = scene()
    const { idem, events } = process()
    let runs = 0
    const make = () => {
      runs++
      return value
    }
    expect(await idem.execute('a', make)).toEqual({ value, replayed: false, attempt: 1 })
    expect(await idem.inspect('a')).toMatchObject({ state: 'succeeded', valueOmitted: true })
    await expect(idem.run('a', make)).rejects.toMatchObject(unavailable)
    await expect(process().idem.run('a', make)).rejects.toMatchObject(unavailable)
    expect(runs).toBe(1)
    expect(events.slice(0, 3)).toEqual([
      expect.objectContaining({ type: 'started' }),
      expect.objectContaining({
        type: 'value-omitted',
        attempt: 1,
        error: expect.objectContaining({ code: 'CODEC' }),
      }),
      expect.objectContaining({ type: 'succeeded', attempt: 1 }),
    ])
  })

  it('does not reach those who joined, nor those who waited', async () => {
    const { process } = scene()
    const { idem } = process()
    const answer = gate<Receipt>()
    const first = watched(idem.run('a', () => answer.promise))
    const joined = watched(idem.run('a', () => answer.promise))
    const waiting = watched(process().idem.run('a', () => answer.promise))
    const receipt = new Receipt()
    answer.open(receipt)
    await Promise.allSettled([first, joined, waiting].map(({ promise }) => promise))
    expect(first.value).toBe(receipt)
    expect([joined.error, waiting.error]).toEqual([
      expect.objectContaining(unavailable),
      expect.objectContaining(unavailable),
    ])
  })

  it('is known to the local cache as such', async () => {
    const { process } = scene()
    const { idem, store } = process({ cache: { max: 1, maxAge: '1m' } })
    await idem.run('a', () => new Receipt())
    await expect(idem.run('a', () => 1)).rejects.toMatchObject(unavailable)
    expect(store.count('claim')).toBe(1)
  })

  it('is no failure to isRetryable, and counts as no failed attempt', async () => {
    const { process } = scene()
    let asked = 0
    const { idem } = process({ maxAttempts: 1, isRetryable: () => ++asked > 0 })
    await idem.run('a', () => new Receipt())
    await expect(idem.run('a', () => 1)).rejects.toMatchObject(unavailable)
    expect(asked).toBe(0)
  })

  it('may be due to the codec: one that throws, or gives no text', async () => {
    const { process } = scene()
    const broken = [
      () => {
        throw new RangeError('broken codec')
      },
      () => {
        throw Object.create(null)
      },
      () => undefined as unknown as string,
      () => new Uint8Array() as unknown as string,
    ]
    for (const [index, encode] of broken.entries()) {
      // Nothing was stored, so that nothing is read, though this one reads anything.
      const { idem, events } = process({ codec: { encode, decode: String } })
      const key = String(index)
      expect(await idem.run(key, () => 'paid')).toBe('paid')
      await expect(idem.run(key, () => 'no')).rejects.toMatchObject(unavailable)
      expect(events[1]).toMatchObject({ type: 'value-omitted', error: { code: 'CODEC' } })
    }
  })
})

describe('an error of a codec', () => {
  it('says which call of it failed, and why', async () => {
    const broken = () => {
      throw new RangeError('broken codec')
    }
    const { process } = scene()
    const writes = process({ codec: { encode: broken, decode: JSON.parse } })
    await writes.idem.run('a', () => 1)
    expect(writes.events[1]).toMatchObject({
      error: { code: 'CODEC', message: 'codec.encode() failed: broken codec' },
    })
    const reads = process({ codec: { encode: JSON.stringify, decode: broken } })
    await reads.idem.run('b', () => 1)
    await expect(reads.idem.run('b', () => 2)).rejects.toMatchObject({
      code: 'CODEC',
      message: 'codec.decode() failed: broken codec',
    })
  })

  it('is kept as it is where it is a CodecError', async () => {
    const own = new CodecError('secret missing')
    const encode = () => {
      throw own
    }
    const { idem, events } = scene().process({ codec: { encode, decode: JSON.parse } })
    await idem.run('a', () => 1)
    expect(events[1]).toHaveProperty('error', own)
  })
})

describe('a value that its codec cannot read back', () => {
  it('reaches the caller whose handler ran; the others are told what is wrong with it', async () => {
    const { process } = scene()
    const decode = () => {
      throw new RangeError('broken codec')
    }
    const { idem } = process({ codec: { encode: String, decode } })
    const first = idem.run('a', () => 'paid')
    const joined = watched(idem.run('a', () => 'no'))
    expect(await first).toBe('paid')
    await expect(joined.promise).rejects.toMatchObject({
      code: 'CODEC',
      cause: new RangeError('broken codec'),
    })
    await expect(idem.run('a', () => 'no')).rejects.toMatchObject({ code: 'CODEC' })
  })
})

describe('maxResultBytes', () => {
  // With its quotes, the text has two bytes more than the value.
  it.each([
    ['ASCII', 'x'.repeat(98), 'x'.repeat(99)],
    ['two bytes each', 'é'.repeat(49), `x${'é'.repeat(49)}`],
    ['three bytes each', `xx${'€'.repeat(32)}`, `xxx${'€'.repeat(32)}`],
    ['four bytes each', `xx${'😀'.repeat(24)}`, `xxx${'😀'.repeat(24)}`],
  ])('counts bytes of UTF-8 (%s)', async (_, fits, exceeds) => {
    const { process } = scene()
    const { idem } = process({ maxResultBytes: 100 })
    await idem.run('fits', () => fits)
    expect(await idem.run('fits', () => '')).toBe(fits)
    await idem.run('exceeds', () => exceeds)
    await expect(idem.run('exceeds', () => '')).rejects.toMatchObject(unavailable)
  })

  it('may be unlimited', async () => {
    const { process } = scene()
    const { idem } = process({ maxResultBytes: Number.POSITIVE_INFINITY })
    const large = 'x'.repeat(2_000_000)
    await idem.run('a', () => large)
    expect(await idem.run('a', () => '')).toBe(large)
  })
})

describe('a step whose value cannot be kept', () => {
  it('is done: the handler gets its value, a later attempt is told, and it does not run again', async () => {
    const { process } = scene()
    const { idem, events } = process()
    let runs = 0
    const make = () => {
      runs++
      return new Receipt()
    }
    const order = async ({ step }: AttemptContext) => {
      expect(await step('charge', make)).toBeInstanceOf(Receipt)
      throw new Error('no stock')
    }
    await expect(idem.run('a', order)).rejects.toThrow('no stock')
    expect(events[1]).toMatchObject({
      type: 'value-omitted',
      attempt: 1,
      step: 'charge',
      error: { code: 'CODEC' },
    })
    expect((await idem.inspect('a'))?.steps).toEqual(['charge'])
    await expect(idem.run('a', order)).rejects.toMatchObject(unavailable)
    expect(runs).toBe(1)
  })

  it('leaves the rest of the handler undisturbed', async () => {
    const { process } = scene()
    const { idem, store } = process()
    const order = idem.run('a', async ({ step }) => {
      await step('large', () => 'x'.repeat(2_000_000))
      return step('small', () => 'x')
    })
    expect(await order).toBe('x')
    expect(store.count('saveStep')).toBe(2)
  })
})

function cyclic(): unknown {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}
