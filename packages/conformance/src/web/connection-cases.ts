import type { CaseGroup } from '../suite/conformance-case'
import { webCase } from './web-case'
import { isFirst, isProblem, isReplay, ran } from './web-expectations'
import type { WebScene } from './web-scene'

/** Requests on one connection, one after another. */
export const connectionCases: CaseGroup<WebScene> = {
  about: 'a connection',
  cases: [
    webCase('that brings two requests at once gets two answers, in their order', {}, async (site) => {
      const connection = await site.begin({ key: '"a"', isFollowed: true }, { key: '"b"', body: '{}' })
      const first = await connection.next()
      isFirst(first, 1)
      isFirst(await connection.response(), 2)
      isReplay(first, await site.ask({ key: '"a"' }))
      ran(site, 2)
    }),
    webCase('that brings the same request twice at once has it run once', {}, async (site) => {
      const connection = await site.begin({ key: '"a"', isFollowed: true }, { key: '"a"' })
      const first = await connection.next()
      isFirst(first, 1)
      const again = await connection.response()
      // Whether the first was settled by then is for the server to say.
      if (again.status === 409) isProblem(again, 409, 'in-progress')
      else isReplay(first, again)
      ran(site, 1)
    }),
  ],
}
