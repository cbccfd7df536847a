import { equal, ok } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { down } from './troubled-store'
import { gate, until } from './until'
import { webCase } from './web-case'
import { isFirst, isProblem, isReplay, ran, saysWhen } from './web-expectations'
import { text, type WebScene } from './web-scene'

/** What clients see of a store in trouble. */
export const storeCases: CaseGroup<WebScene> = {
  about: 'the store',
  cases: [
    webCase('is down: a 503 that says when to come back, and nothing runs', {}, async (site) => {
      site.records.trouble('claim', down)
      const refused = await site.ask({ key: '"a"' })
      isProblem(refused, 503, 'store-unavailable')
      saysWhen(refused)
      ran(site, 0)
      site.records.mend()
      isFirst(await site.ask({ key: '"a"' }), 1)
    }),
    webCase(
      'does not answer: a 503 in time, and nothing runs',
      { idem: { storeTimeout: 20 } },
      async (site) => {
        site.records.trouble('claim', () => new Promise(() => {}))
        isProblem(await site.ask({ key: '"a"' }), 503, 'store-unavailable')
        ran(site, 0)
      },
    ),
    webCase(
      'cannot be told of the answer: the client gets it all the same',
      { idem: { settleTimeout: 50 }, reply: (run) => text(201, `run ${run}`, [['x-own', 'yes']]) },
      async (site) => {
        site.records.trouble('complete', down)
        const first = await site.ask({ key: '"a"' })
        equal(first.status, 201)
        isFirst(first, 1)
        equal(first.header('x-own'), 'yes')
        ran(site, 1)
      },
    ),
    webCase(
      'cannot be told of a failure: the client gets it all the same',
      { idem: { settleTimeout: 50 }, reply: () => text(502, 'bad gateway') },
      async (site) => {
        site.records.trouble('fail', down)
        const first = await site.ask({ key: '"a"' })
        equal(first.status, 502)
        equal(first.text, 'bad gateway')
      },
    ),
    {
      name: 'has the answer before the client has all of it',
      async run(scene) {
        const { opened, open } = gate()
        await webCase('', {}, async (site) => {
          site.records.trouble('complete', async (send) => {
            await opened
            return send()
          })
          let isAnswered = false
          const first = site.ask({ key: '"a"' })
          const answered = (): void => {
            isAnswered = true
          }
          first.then(answered, answered)
          await until('it is being settled', () => site.records.count('complete') === 1)
          // Another exchange on the same server: had the first been let go, it would be here before.
          await site.ping()
          ok(!isAnswered)
          open()
          isReplay(await first, await site.ask({ key: '"a"' }))
        }).run(scene)
      },
    },
    webCase('is asked twice for a first answer, and once for a replay', {}, async (site) => {
      await site.ask({ key: '"a"' })
      equal(site.records.told.length, 2)
      await site.ask({ key: '"a"' })
      equal(site.records.told.length, 3)
    }),
    webCase(
      'has forgotten the answer, but not the key: nothing runs again',
      { options: { retention: 1, tombstone: '1h' } },
      async (site) => {
        await site.ask({ key: '"a"' })
        await until('the answer is forgotten', async () => (await site.ask({ key: '"a"' })).status === 410)
        isProblem(await site.ask({ key: '"a"' }), 410, 'key-expired')
        ran(site, 1)
      },
    ),
  ],
}
