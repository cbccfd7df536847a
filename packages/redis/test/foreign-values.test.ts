import { Idem, StoreError } from '@idem/core'
import { describe, expect, inject, test } from 'vitest'
import { RedisStore } from '../src/index'
import { foreignValues } from './support/foreign-values'
import { openClients } from './support/open-clients'
import { ownKeys } from './support/own-keys'
import { aClaim, aCompletion, aFailure } from './support/requests'

const url = inject('redisUrl')
const PREFIX = 'foreign/'

describe.skipIf(url === undefined)('a string that is no record', () => {
  const open = openClients()
  const client = open(url ?? '')
  const store = new RedisStore(client, { prefix: PREFIX })
  const newKey = ownKeys(client, PREFIX)

  const refused = async (call: Promise<unknown>, what: string): Promise<void> => {
    const error = await call.then(
      (answer) => `${what} answers ${JSON.stringify(answer)}`,
      (thrown: unknown) => thrown,
    )
    expect(error, what).toBeInstanceOf(StoreError)
    expect((error as StoreError).message, what).toMatch(/WRONGTYPE.*choose another prefix/)
    expect((error as StoreError).cause, what).toMatchObject({ message: expect.stringMatching(/^WRONGTYPE/) })
  }

  test.each(Object.entries(foreignValues))('refuses every call, and stays: %s', async (_, value) => {
    const claim = aClaim(newKey())
    await client.set(PREFIX + claim.key, value)
    const keeping = { retentionMs: 1000, tombstoneMs: 0 }
    await refused(store.claim(claim), 'claim')
    await refused(store.claim({ ...claim, keepMs: Infinity }), 'claim for ever')
    await refused(store.complete(aCompletion(claim)), 'complete')
    await refused(store.extend(claim), 'extend')
    await refused(store.fail(aFailure(claim)), 'fail')
    await refused(store.saveStep({ ...claim, name: 'step', value: '1' }), 'saveStep')
    await refused(store.resolve({ ...claim, value: '1', ...keeping }), 'resolve')
    await refused(store.release(claim), 'release')
    await refused(store.delete(claim.key), 'delete')
    await refused(store.get(claim.key), 'get')
    expect(await client.getBuffer(PREFIX + claim.key)).toEqual(value)
    expect(await client.pttl(PREFIX + claim.key)).toBe(-1)
  })

  test.each(Object.entries(foreignValues))('fails no other key of its batch: %s', async (_, value) => {
    const claims = Array.from({ length: 9 }, () => aClaim(newKey()))
    const foreign = PREFIX + claims[5]?.key
    const failing = async (calls: Promise<unknown>[]) => {
      const outcomes = await Promise.allSettled(calls)
      return outcomes.flatMap((outcome, i) =>
        outcome.status === 'rejected' ? [[i, outcome.reason.message]] : [],
      )
    }
    const alone = [[5, expect.stringContaining('WRONGTYPE')]]
    await client.set(foreign, value)
    expect(await failing(claims.map((claim) => store.claim(claim)))).toEqual(alone)
    expect(await failing(claims.map((claim) => store.complete(aCompletion(claim))))).toEqual(alone)
    expect(await client.getBuffer(foreign)).toEqual(value)
    const others = claims.filter((_, i) => i !== 5)
    const replays = await Promise.all(others.map((claim) => store.claim(aClaim(claim.key))))
    expect(new Set(replays.map(({ type }) => type))).toEqual(new Set(['settled']))
  })

  test('is shown as nothing in a list, also where it is alone on its page', async () => {
    const own = newKey()
    for (const [i, value] of Object.values(foreignValues).entries())
      await client.set(`${PREFIX}${own}:${i}`, value)
    await client.rpush(`${PREFIX}${own}:list`, 'of somebody else')
    await store.claim(aClaim(`${own}:record`))
    for (const limit of [1, 100]) {
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await store.list({ prefix: own, limit, cursor })
        found.push(...page.records.map((record) => record.key))
        cursor = page.cursor
      } while (cursor !== undefined)
      expect(new Set(found)).toEqual(new Set([`${own}:record`]))
    }
  })

  test('lets nothing run', async () => {
    const idem = new Idem({ store, namespace: 'foreign' })
    const { key } = await inspected(idem)
    await client.set(PREFIX + key, 'hello')
    const call = idem.run('inspected', () => expect.fail('it ran'))
    await expect(call).rejects.toThrow(/WRONGTYPE/)
    await client.del(PREFIX + key)
  })

  /** Where the engine keeps the record of a call. */
  async function inspected(idem: Idem): Promise<{ key: string }> {
    await idem.run('inspected', async () => 1)
    const [key = ''] = await client.keys(`${PREFIX}foreign*inspected`)
    await client.del(key)
    return { key: key.slice(PREFIX.length) }
  }
})
