import { equal, ok } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { webCase } from './web-case'
import { isFirst, isReplay, ran } from './web-expectations'
import { bodyOf, JSON_TYPE, text, type WebScene } from './web-scene'

/** Whose key it is. */
export const principalCases: CaseGroup<WebScene> = {
  about: 'the scope',
  cases: [
    webCase(
      'keeps users apart: neither is answered with, or refused for, the order of the other',
      {},
      async (site) => {
        const ann = await site.ask({ key: '"a"', user: 'ann' })
        isFirst(ann, 1)
        isFirst(await site.ask({ key: '"a"', user: 'bob' }), 2)
        isFirst(await site.ask({ key: '"a"', user: 'cid', body: '{}' }), 3)
        isReplay(ann, await site.ask({ key: '"a"', user: 'ann' }))
        ran(site, 3)
      },
    ),
    webCase(
      'may be waited for',
      { reading: (read) => ({ scope: async (source) => read.header(source, 'x-user') ?? 'nobody' }) },
      async (site) => {
        isFirst(await site.ask({ key: '"a"', user: 'ann' }), 1)
        isFirst(await site.ask({ key: '"a"', user: 'bob' }), 2)
      },
    ),
    webCase(
      'may be in the body, which the handler still gets',
      {
        reading: (read) => ({ scope: async (source) => JSON.parse(await read.text(source)).tenant }),
        reply: async (run, call) => text(200, `run ${run} of ${await bodyOf(call)}`),
      },
      async (site) => {
        const [ann, bob] = ['{"tenant":"ann"}', '{"tenant":"bob"}']
        const first = await site.ask({ key: '"a"', body: ann })
        equal(first.text, `run 1 of ${ann}`)
        equal((await site.ask({ key: '"a"', body: bob })).text, `run 2 of ${bob}`)
        isReplay(first, await site.ask({ key: '"a"', body: ann }))
      },
    ),
    webCase(
      'may be public: then a key is everybody\u2019s',
      { options: { scope: 'public' } },
      async (site) => {
        isReplay(await site.ask({ key: '"a"', user: 'ann' }), await site.ask({ key: '"a"', user: 'bob' }))
      },
    ),
    webCase(
      'is never the public by accident: where it comes to nothing, nothing runs',
      { reading: (read) => ({ scope: (source) => read.header(source, 'x-tenant') as string }) },
      async (site) => {
        equal((await site.ask({ key: '"a"' })).status, 500)
        ran(site, 0)
        equal(site.records.told.length, 0)
      },
    ),
    webCase(
      'is the only trace of credentials: none are told to the store, from the request or the answer',
      {
        reply: () =>
          text(200, 'in', [
            ['authorization', 'Bearer s3cret'],
            ['proxy-authorization', 'Basic s3cret'],
          ]),
        options: { keepHeaders: ['authorization', 'proxy-authorization'] },
      },
      async (site) => {
        const headers = [
          JSON_TYPE,
          ['Authorization', 'Bearer s3cret'],
          ['Cookie', 'session=s3cret'],
          ['Proxy-Authorization', 'Basic s3cret'],
        ] as const
        await site.ask({ key: '"a"', headers })
        const again = await site.ask({ key: '"a"', headers })
        equal(again.header('idempotency-replayed'), 'true')
        equal(again.header('authorization'), undefined)
        ok(site.records.told.some((call) => call.startsWith('complete ')))
        ok(!site.records.told.some((call) => /s3cret|authorization|cookie/i.test(call)))
      },
    ),
  ],
}
