import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { taggedJson } from '../../src/codec/tagged-json'
import { type IdemError, OperationFailedError } from '../../src/errors'
import { rejects } from '../support/faulty-store'
import { scene } from '../support/scene'

const VALUE = 'canary-of-a-value'
const PAYLOAD = 'canary-of-a-payload'
const OTHER_PAYLOAD = 'canary-of-another'
const CANARY = /canary/

/** Everything that a logger may print of something: message, stack, causes, properties. */
const printed = (thing: unknown): string => inspect(thing, { depth: 20, showHidden: true })

const thrown = (call: Promise<unknown>): Promise<IdemError> =>
  call.then(
    () => expect.fail('nothing was thrown'),
    (error) => error,
  )

const give = () => ({ card: VALUE })
const fingerprint = { card: PAYLOAD }

describe('what idem tells', () => {
  it('shows nothing of payloads and values, whatever becomes of a call', async () => {
    const { time, process } = scene()
    const [one, other] = [process({ maxResultBytes: 60, cache: { max: 9, maxAge: '1m' } }), process()]
    const errors: unknown[] = []
    const fails = async (call: Promise<unknown>, code: string) => {
      const error = await thrown(call)
      expect(error.code).toBe(code)
      errors.push(error)
    }
    await one.idem.run('replayed', give, { fingerprint })
    await one.idem.run('replayed', give, { fingerprint })
    await other.idem.run('replayed', give, { fingerprint })
    for (const { idem } of [one, other]) {
      await fails(
        idem.run('replayed', give, { fingerprint: { card: OTHER_PAYLOAD } }),
        'FINGERPRINT_MISMATCH',
      )
    }
    await one.idem.run('omitted', () => VALUE.repeat(9), { fingerprint })
    await fails(other.idem.run('omitted', give, { fingerprint }), 'RESULT_UNAVAILABLE')
    await one.idem.run('no text', () => ({ [VALUE.slice(9)]: () => VALUE }), { fingerprint })
    await fails(one.idem.run('payload', give, { fingerprint: { card: [PAYLOAD, () => {}] } }), 'CODEC')
    void one.idem.run('running', () => new Promise(() => {}), { fingerprint })
    const reject = { fingerprint, onInProgress: 'reject' } as const
    await fails(other.idem.run('running', give, reject), 'IN_PROGRESS')
    other.store.always('claim', rejects)
    await fails(time.outlast(other.idem.run('down', give, { fingerprint })), 'STORE')
    expect(printed([errors, one.events, other.events])).not.toMatch(CANARY)
  })

  it('shows nothing of a stored text that it cannot read', async () => {
    const { process } = scene()
    const { idem, events } = process()
    const codec = { encode: (value: unknown) => `${value}`, decode: (text: string) => text }
    await idem.run('key', () => VALUE, { codec })
    const error = await thrown(idem.run('key', give))
    expect(error.code).toBe('CODEC')
    expect(printed([error, events, (await idem.inspect('key'))?.valueError])).not.toMatch(CANARY)
    for (const text of [
      `{"$":"bigint","v":"${VALUE}"}`,
      `{"a":"${VALUE}`,
      `[${VALUE}]`,
      `{"$":"${VALUE}"}`,
    ]) {
      const refused = await thrown((async () => taggedJson.decode(text))())
      expect(refused.code).toBe('CODEC')
      expect(printed(refused)).not.toMatch(CANARY)
    }
  })

  it('shows an answer that is not stored only to who holds the error: as its value', async () => {
    const { time, process } = scene()
    const { idem, store, events } = process()
    store.always('complete', rejects)
    const error = await thrown(time.outlast(idem.run('key', give, { fingerprint })))
    expect(error).toMatchObject({ code: 'UNSETTLED', value: { card: VALUE } })
    expect(`${error.message}${error.stack}`).not.toMatch(CANARY)
    expect(Object.keys(error)).toContain('value')
    expect(events.some(({ type }) => type === 'unsettled')).toBe(true)
  })

  it('keeps of an error its name, message, code and details, and of these no stack', async () => {
    const { records, process } = scene()
    const { idem } = process({ maxAttempts: 1 })
    const error = Object.assign(new Error('declined'), { request: { card: VALUE }, cause: new Error(VALUE) })
    await thrown(idem.run('key', () => Promise.reject(error)))
    const replay = await thrown(idem.run('key', give))
    expect(replay).toBeInstanceOf(OperationFailedError)
    expect(printed(replay)).not.toMatch(CANARY)
    const text = JSON.stringify(await records.get('idem:::key'))
    expect(text).not.toMatch(CANARY)
    expect(text).not.toContain('.test.ts')
  })
})
