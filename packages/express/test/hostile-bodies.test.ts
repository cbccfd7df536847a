import { describe, expect, it } from 'vitest'
import { VERSIONS } from './express-adapter'
import { Shop } from './shop'

const DEEP = 100_000

describe.each(VERSIONS)('on %s, a hostile body', (_, express) => {
  it.each<[what: string, body: string]>([
    ['nested beyond any stack', '['.repeat(DEEP) + ']'.repeat(DEEP)],
    ['of a number that is as long as it may be', `[1${'0'.repeat(500_000)}1]`],
    [
      'that would pollute prototypes',
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    ],
  ])('%s harms nobody, whoever reads it first', async (_, body) => {
    for (const where of ['before', 'after']) {
      const shop = new Shop(express)
      const parse = express.json({ limit: '2mb' })
      if (where === 'before') shop.app.use(parse)
      shop.app.use(shop.protect())
      if (where === 'after') shop.app.use(parse)
      shop.app.post('/', (_req, res) => {
        shop.runs++
        res.json('done')
      })
      await shop.open()
      const before = performance.now()
      const hostile = await shop.ask({ key: '"hostile"', body })
      expect(performance.now() - before).toBeLessThan(3_000)
      expect([200, 400, 413, 500]).toContain(hostile.status)
      const runs = shop.runs
      expect(await shop.ask({ body: '{}' })).toMatchObject({ status: 200 })
      expect(shop.runs).toBe(runs + 1)
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    }
  })

  it('nested too deeply to be compared is refused where a parser has read it, and compared by its bytes elsewhere', async () => {
    const body = '['.repeat(4000) + ']'.repeat(4000)
    for (const where of ['before', 'after']) {
      const shop = new Shop(express)
      if (where === 'before') shop.app.use(express.json())
      shop.app.use(shop.protect())
      shop.app.post('/', (_req, res) => void res.json(++shop.runs))
      await shop.open()
      for (const answer of await shop.twice({ body })) {
        expect(answer.status).toBe(where === 'before' ? 413 : 200)
        if (where === 'before') expect(answer.text).toContain('At most 500 levels can be compared.')
      }
      expect(shop.runs).toBe(where === 'before' ? 0 : 1)
    }
  })
})
