import { randomUUID } from 'node:crypto'
import { Idem } from '@idem/core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { cli } from './support/cli'
import { type Opened, openPostgres } from './support/opened'
import { until } from './support/until'

const [redisUrl, postgresUrl] = [inject('redisUrl'), inject('postgresUrl')]

describe.skipIf(postgresUrl === undefined)('sweep on PostgreSQL', () => {
  let opened: Opened
  beforeAll(async () => {
    opened = await openPostgres(postgresUrl as string)
  })
  afterAll(() => opened?.close())

  it('removes what is past its keeping, and nothing else', async () => {
    const { store, args } = opened
    const idem = new Idem({ store })
    await idem.run('stays', () => 1)
    for (const key of ['goes', 'goes too']) await idem.run(key, () => 1, { retention: 1 })
    let removed = 0
    // Rows of this very second are left for the next time.
    await until(async () => {
      const { code, out } = await cli(['sweep', '--json', ...args])
      expect(code).toBe(0)
      removed += (JSON.parse(out) as { removed: number }).removed
      return removed === 2
    })
    expect(await cli(['sweep', ...args])).toMatchObject({
      code: 0,
      out: 'removed 0 rows that were past keeping\n',
    })
    expect(await store.get('idem:::stays')).toBeDefined()
  })

  it('says what to do about a table that is not there', async () => {
    const elsewhere = [...opened.args, '--json'].map((arg) => (arg === 'kept' ? `t${randomUUID()}` : arg))
    const { code, err } = await cli(['ls', ...elsewhere])
    expect(code).toBe(1)
    expect(err).toContain('--schema')
  })
})

it.skipIf(redisUrl === undefined)('sweep says that Redis needs none', async () => {
  const { code, out } = await cli(['sweep', '--store', redisUrl as string])
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('needs no sweep') })
})
