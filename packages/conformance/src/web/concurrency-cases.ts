import { equal, ok } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { gate, until } from './until'
import { webCase } from './web-case'
import { isProblem, isReplay, ran, saysWhen } from './web-expectations'
import { JSON_TYPE, type SitePlan, text, type WebScene } from './web-scene'

/** A handler that does not end before the gate opens. */
function held(status = 200): { readonly plan: SitePlan; readonly open: () => void } {
  const { opened, open } = gate()
  const reply = async (run: number) => {
    await opened
    return text(status, `run ${run}`)
  }
  return { plan: { reply }, open }
}

const waiting = [JSON_TYPE, ['Prefer', 'wait=20']] as const

/** Requests that come while the first is at work. */
export const concurrencyCases: CaseGroup<WebScene> = {
  about: 'a request that is still at work',
  cases: [
    {
      name: 'is answered for with a 409 that says when to come back, and later with the answer',
      async run(scene) {
        const { plan, open } = held()
        await webCase('', plan, async (site) => {
          const first = site.ask({ key: '"a"' })
          await until('it runs', () => site.runs === 1)
          const refused = await site.ask({ key: '"a"' })
          isProblem(refused, 409, 'in-progress')
          saysWhen(refused)
          open()
          isReplay(await first, await site.ask({ key: '"a"' }))
          ran(site, 1)
        }).run(scene)
      },
    },
    {
      name: 'does not keep a request with another payload from its 422',
      async run(scene) {
        const { plan, open } = held()
        await webCase('', plan, async (site) => {
          const first = site.ask({ key: '"a"' })
          await until('it runs', () => site.runs === 1)
          isProblem(await site.ask({ key: '"a"', body: '{}' }), 422, 'key-reused')
          open()
          isReplay(await first, await site.ask({ key: '"a"' }))
          ran(site, 1)
        }).run(scene)
      },
    },
    {
      name: 'is waited for by whoever prefers to wait',
      async run(scene) {
        const { plan, open } = held()
        await webCase('', plan, async (site) => {
          const first = site.ask({ key: '"a"' })
          await until('it runs', () => site.runs === 1)
          const shared = site.ask({ key: '"a"', headers: waiting })
          // It waits once a third, which came after it and does not, is refused.
          isProblem(await site.ask({ key: '"a"' }), 409, 'in-progress')
          open()
          const answer = await shared
          isReplay(await first, answer)
          equal(answer.header('preference-applied'), 'wait=20')
          ran(site, 1)
        }).run(scene)
      },
    },
    {
      name: 'is waited for no longer than the client prefers, nor than the route allows',
      async run(scene) {
        const { plan, open } = held()
        await webCase('', { ...plan, options: { maxWait: 50 } }, async (site) => {
          const first = site.ask({ key: '"a"' })
          await until('it runs', () => site.runs === 1)
          const before = performance.now()
          isProblem(await site.ask({ key: '"a"', headers: waiting }), 409, 'in-progress')
          ok(performance.now() - before < 10_000, 'it waited as long as the client would')
          open()
          equal((await first).status, 200)
        }).run(scene)
      },
    },
    {
      name: 'shares its failure with whoever waited for it, who does not run again',
      async run(scene) {
        const { plan, open } = held(503)
        await webCase('', plan, async (site) => {
          const first = site.ask({ key: '"a"' })
          await until('it runs', () => site.runs === 1)
          const shared = await site.begin({ key: '"a"', headers: waiting })
          isProblem(await site.ask({ key: '"a"' }), 409, 'in-progress')
          open()
          const answer = await shared.response()
          equal(answer.status, 503)
          isReplay(await first, answer)
          ran(site, 1)
        }).run(scene)
      },
    },
    {
      name: 'is the only one of twenty that came at once',
      async run(scene) {
        const { plan, open } = held()
        await webCase('', plan, async (site) => {
          const all = Array.from({ length: 20 }, () => site.ask({ key: '"a"', headers: waiting }))
          await until('it runs', () => site.runs === 1)
          open()
          const answers = await Promise.all(all)
          for (const answer of answers) equal(answer.text, 'run 1')
          equal(answers.filter((answer) => answer.header('idempotency-replayed') === undefined).length, 1)
          ran(site, 1)
        }).run(scene)
      },
    },
  ],
}
