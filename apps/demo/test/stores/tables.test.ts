import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { everyStore } from '../support/every-store'

describe.each(await everyStore())('$title', ({ kind, url }) => {
  test.skipIf(url === undefined)('smoke', async () => {
    const o = await kind.open(url ?? '', () => {})
    const t = o.tables<{ n: string }>(randomUUID())
    expect(await t.insert('\ufeffa', { n: '\ufeff\0\ud800' })).toBe(true)
    expect(await t.insert('\ufeffa', { n: 'y' })).toBe(false)
    expect(await t.replace('\ufeffa', 1, { n: '\ufeff\0\ud801' })).toBe(true)
    expect(await t.get('\ufeffa')).toEqual({ version: 2, row: { n: '\ufeff\0\ud801' } })
    expect(await t.list({ limit: 10 })).toEqual([{ id: '\ufeffa', version: 2, row: { n: '\ufeff\0\ud801' } }])
    await o.close()
  })
})
