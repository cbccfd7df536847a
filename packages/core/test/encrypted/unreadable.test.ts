import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CodecError } from '../../src/errors'
import { sealedScene, secret } from './sealed-scene'

const again = () => expect.fail('ran again')

/** The text with one character that is another. */
const changed = (text: string, at: number) =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)

describe('a value that cannot be decrypted', () => {
  it('is an error for whoever asks, and never makes anything run again', async () => {
    const { idem, forge, stored } = sealedScene()
    await idem().run('key', () => 'paid')
    const { value = '' } = await stored('key')
    await fc.assert(
      fc.asyncProperty(fc.nat(value.length - 1), fc.constantFrom('change', 'cut'), async (at, how) => {
        await forge('key', { value: how === 'cut' ? value.slice(0, at) : changed(value, at) })
        for (const onStoreDown of ['throw', 'run'] as const) {
          const error = await idem({}, { onStoreDown, onAbandoned: 'rerun' })
            .run('key', again)
            .catch((e) => e)
          expect(error).toBeInstanceOf(CodecError)
          expect(error.message).toMatch(/^the value of idem:::key cannot be decrypted: /)
        }
        const record = await idem().inspect('key')
        expect(record?.state).toBe('succeeded')
        expect(record?.valueError).toBeInstanceOf(CodecError)
      }),
      { numRuns: 60 },
    )
  })

  it('is one that was moved from another record, or from another place of this one', async () => {
    const { idem, forge, stored } = sealedScene()
    const failing = idem().run('mine', async ({ step }) => {
      await step('pay', () => 'paid')
      throw new Error('x')
    })
    await expect(failing).rejects.toThrow('x')
    await idem().run('theirs', () => 'theirs')
    const { failure, steps } = await stored('mine')
    for (const value of [(await stored('theirs')).value, failure, steps[0]?.value]) {
      await forge('mine', { value })
      await expect(idem().run('mine', again)).rejects.toThrow('belongs elsewhere')
    }
    await forge('other', { value: (await stored('theirs')).value })
    await expect(idem().run('other', again)).rejects.toThrow('belongs elsewhere')
  })

  it('is one of another key, though the id be the same', async () => {
    const { idem } = sealedScene()
    await idem().run('key', () => 'paid')
    const stranger = idem({ keys: [{ id: 'one', key: secret(9) }] })
    await expect(stranger.run('key', again)).rejects.toThrow('its key is another one')
  })

  it.each([
    'sealed1.',
    'sealed1.one',
    'sealed1.one.',
    'sealed1.one.AAAA',
    'sealed1..AAAA',
    'sealed1.one.!',
    'sealed1.__proto__.A',
  ])('is %s', async (value) => {
    const { idem, forge } = sealedScene()
    await forge('key', { value })
    await expect(idem({ acceptPlain: true }).run('key', again)).rejects.toThrow('cannot be decrypted')
  })

  it('stands in a page among those that can be', async () => {
    const { idem, forge } = sealedScene()
    await idem().run('good', () => 1)
    await forge('bad', { value: 'sealed1.one.AAAA' })
    const { records } = await idem().page()
    expect(records.map(({ value, valueError }) => value ?? valueError?.code).sort()).toEqual([1, 'CODEC'])
  })
})

describe('a failure that cannot be decrypted', () => {
  it('is a failure all the same, and says that nobody can read why', async () => {
    const { idem, forge } = sealedScene()
    await forge('key', { failure: 'sealed1.gone.AAAA' })
    await expect(idem().run('key', again)).rejects.toMatchObject({
      code: 'OPERATION_FAILED',
      failure: {
        name: 'CodecError',
        code: 'CODEC',
        message: expect.stringContaining('no key with the id "gone"'),
      },
    })
  })
})

describe('a step that cannot be decrypted', () => {
  it('is not made again: the attempt fails where it needs it', async () => {
    const { idem, store } = sealedScene()
    let paid = 0
    const work = (codec: ReturnType<typeof idem>) =>
      codec.run('key', async ({ step, attempt }) => {
        const receipt = await step('pay', () => ++paid)
        if (attempt === 1) throw new Error('later')
        return receipt
      })
    await expect(work(idem())).rejects.toThrow('later')
    const other = idem({ keys: [{ id: 'other', key: secret(3) }] })
    await expect(work(other)).rejects.toThrow('the step pay of idem:::key cannot be decrypted')
    expect(paid).toBe(1)
    expect(await work(idem())).toBe(1)
    expect(await store.get('idem:::key')).toMatchObject({ state: 'succeeded', attempt: 3 })
  })
})
