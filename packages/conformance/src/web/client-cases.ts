import { equal, rejects } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { gate, until } from './until'
import { webCase } from './web-case'
import { ran } from './web-expectations'
import { ORDER, text, type WebScene } from './web-scene'

/** Clients that hang up. */
export const clientCases: CaseGroup<WebScene> = {
  about: 'a client that hangs up',
  cases: [
    {
      name: 'cancels nothing: the work ends, and its retry gets the answer',
      async run(scene) {
        const { opened, open } = gate()
        let aborted: boolean | undefined
        const reply: Parameters<typeof webCase>[1]['reply'] = async (run, { ctx }) => {
          await opened
          aborted = ctx.signal.aborted
          return text(200, `run ${run}`)
        }
        await webCase('', { reply }, async (site) => {
          const lost = await site.begin({ key: '"a"' })
          await until('it runs', () => site.runs === 1)
          lost.hangUp()
          // The server has heard of it once it has answered another request.
          await site.ping()
          open()
          await until('it is settled', () => site.records.count('complete') === 1)
          const again = await site.ask({ key: '"a"' })
          equal(again.text, 'run 1')
          equal(again.header('idempotency-replayed'), 'true')
          equal(aborted, false)
        }).run(scene)
      },
    },
    webCase('before all of its request was sent has asked for nothing', {}, async (site) => {
      const lost = await site.begin({ key: '"a"', body: ORDER, declaredLength: ORDER.length + 10 })
      // The body is under way once the server has answered another request.
      await site.ping()
      lost.hangUp()
      await rejects(lost.head())
      const answer = await site.ask({ key: '"a"' })
      equal(answer.text, 'run 1')
      equal(answer.header('idempotency-replayed'), undefined)
      ran(site, 1)
    }),
  ],
}
