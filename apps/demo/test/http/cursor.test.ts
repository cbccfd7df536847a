import { describe, expect, onTestFinished, test } from 'vitest'
import { encodeCursor } from '../../src/http/cursor'
import { startDemo } from '../support/demo'
import { everyStore } from '../support/every-store'

describe.each(await everyStore())('on $title', ({ kind, url }) => {
  test.skipIf(url === undefined)('a cursor that somebody made up is no fault of the store', async () => {
    const opened = await kind.open(url ?? '', () => {})
    const demo = await startDemo(opened)
    onTestFinished(() => opened.close())
    const madeUp = ['\0', 'x'.repeat(2000), ' ', 'zz', '{}', '["a","b",[],"c"]', '\u{1f600}']
    for (const path of ['/payment/records?', '/records?', '/orders?user=ann&']) {
      for (const text of madeUp) {
        const { code, body } = await demo.get(`${path}cursor=${encodeCursor(text)}`)
        expect([path, text, code < 500, body.message]).toEqual([path, text, true, expect.any(String)])
        if (code !== 200) expect(body).toMatchObject({ status: 'ERROR', errors: [{ field: 'cursor' }] })
      }
    }
    expect(demo.reports).toEqual([])
  })
})
