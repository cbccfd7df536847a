import { insist } from '../api.js'
import { randomId } from '../dom.js'
import { curl, good } from './card.js'

const ISSUED = 20
const USERS = 100

const NAMES = { lock: 'Under a lock', version: 'By version' }

export const coupon = {
  id: 'coupon',
  title: 'A coupon',
  problem:
    'So many were issued, everybody wants one, nobody may have two. With a lock around it, or by version alone.',
  actions: [
    {
      label: `${USERS} users for ${ISSUED}, both ways`,
      async run(tell) {
        const id = `spring-${randomId().slice(0, 6)}`
        good(await insist('POST', '/coupons', { id, issued: ISSUED }))
        const { ways } = good(
          await insist('POST', `/coupons/${id}/compare`, { users: USERS }, {}, { patienceMs: 60_000 }),
        )
        for (const { way, granted, refused, busy, wrong, tries, ms } of ways) {
          const turnedAway = busy === 0 ? '' : `, ${busy} told to come again`
          tell(
            `${NAMES[way]}: ${granted} given, ${refused} too late${turnedAway}, ${wrong} wrong; the row was read ${tries} times for each; ${ms} ms.`,
            wrong === 0 && granted <= ISSUED ? 'good' : 'bad',
          )
        }
      },
      curl: (origin) =>
        [
          curl(origin, 'POST', '/coupons', { id: 'spring', issued: ISSUED }),
          curl(origin, 'POST', '/coupons/spring/compare', { users: USERS }),
        ].join('\n'),
    },
    {
      label: 'Claim one three times',
      async run(tell) {
        const id = `spring-${randomId().slice(0, 6)}`
        good(await insist('POST', '/coupons', { id, issued: ISSUED }))
        const claim = () => insist('POST', `/coupons/${id}/claim`, { user_id: 'ada', way: 'lock' })
        const answers = await Promise.all([claim(), claim(), claim()])
        const serials = new Set(answers.map((answer) => good(answer).serial))
        tell(`3 claims of ada, number ${[...serials].join(' and ')}.`, serials.size === 1 ? 'good' : 'bad')
      },
      curl: (origin) => curl(origin, 'POST', '/coupons/spring/claim', { user_id: 'ada', way: 'lock' }),
    },
  ],
}
