import { equal, notEqual } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import { webCase } from './web-case'
import { ran } from './web-expectations'
import { text, type WebScene } from './web-scene'

/** What a handler is given. */
export const contextCases: CaseGroup<WebScene> = {
  about: 'the context',
  cases: [
    webCase(
      'has steps, which later attempts do not repeat',
      {
        reply: async (run, { ctx }) => {
          const charged = await ctx.step('charge', () => `charge ${run}`)
          return text(run === 1 ? 503 : 200, `${charged} of attempt ${ctx.attempt}`)
        },
      },
      async (site) => {
        equal((await site.ask({ key: '"a"' })).text, 'charge 1 of attempt 1')
        equal((await site.ask({ key: '"a"' })).text, 'charge 1 of attempt 2')
      },
    ),
    webCase(
      'has subkeys, the same in every attempt, of no other key or user',
      { reply: (run, { ctx }) => text(run === 1 ? 503 : 200, ctx.subkey('charge')) },
      async (site) => {
        const { text: first } = await site.ask({ key: '"a"', user: 'ann' })
        equal((await site.ask({ key: '"a"', user: 'ann' })).text, first)
        notEqual((await site.ask({ key: '"a"', user: 'bob' })).text, first)
        notEqual((await site.ask({ key: '"b"', user: 'ann' })).text, first)
      },
    ),
    webCase(
      'is there for requests that are not protected, whose steps simply run',
      {
        reply: async (run, { ctx }) =>
          text(200, `${await ctx.step('look', () => run)} ${ctx.key === ''} ${ctx.signal.aborted}`),
      },
      async (site) => {
        equal((await site.ask({ method: 'GET' })).text, '1 true false')
        equal((await site.ask({ method: 'PUT' })).text, '2 true false')
        ran(site, 2)
      },
    ),
  ],
}
