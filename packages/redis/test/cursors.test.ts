import fc from 'fast-check'
import { describe, expect, inject, test } from 'vitest'
import { RedisStore } from '../src/index'
import { openClients } from './support/open-clients'
import { aClaim } from './support/requests'

const url = inject('redisUrl')
const PREFIX = `cursors/${process.pid}/`

describe.skipIf(url === undefined)('a cursor that no page gave', () => {
  const open = openClients()
  const store = new RedisStore(open(url ?? ''), { prefix: PREFIX })
  const list = (cursor: string) => store.list({ prefix: 'mine:', limit: 100, cursor })

  test('shows no record of another prefix, though it names it', async () => {
    await store.claim(aClaim('mine:1'))
    await store.claim(aClaim('theirs:1'))
    try {
      for (const left of [['theirs:1'], ['mine:1', 'theirs:1'], [`${PREFIX}theirs:1`], [['theirs:1']]]) {
        await expect(list(JSON.stringify(['', '0', left, '']))).rejects.toThrow(TypeError)
      }
      const { records } = await list(JSON.stringify(['', '0', ['mine:1'], '']))
      expect(records.map(({ key }) => key)).toEqual(['mine:1'])
    } finally {
      await Promise.all(['mine:1', 'theirs:1'].map((key) => store.delete(key)))
    }
  })

  test('is refused, whatever it is', async () => {
    const part = fc.oneof(fc.jsonValue(), fc.constant('0'), fc.constant([]))
    const cursor = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(part, { maxLength: 5 }).map((all) => JSON.stringify(all)),
    )
    const isOne = (text: string) => {
      try {
        const [server, position, left, walk] = JSON.parse(text)
        return [server, position, walk].every((each) => typeof each === 'string') && Array.isArray(left)
      } catch {
        return false
      }
    }
    await fc.assert(
      fc.asyncProperty(cursor, async (text) => {
        fc.pre(!isOne(text))
        await expect(list(text)).rejects.toThrow(/^cursor must be one that an earlier page gave/)
      }),
    )
    await expect(list(JSON.stringify(['', `1${'0'.repeat(30)}`, [], '']))).rejects.toThrow(TypeError)
  })
})
