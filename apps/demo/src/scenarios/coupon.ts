/*
 * Coupons: so many were issued, everybody wants one, and nobody may have two.
 *
 * The row of a coupon holds how many were given and to whom the last one went; beside it each claim has a row of its own,
 * under an id made of coupon and user, which therefore exists once. A coupon is given by one conditional write of the first
 * row, which makes the next serial number the user's; then the claim is entered. Who dies in between leaves nothing open:
 * before the next one is given, whoever gives it enters the claim of the last.
 *
 * This can be done in two ways, side by side. With the optimistic version alone, as above: whoever is too late looks again.
 * Or with a distributed lock around it, so that nobody works in vain; inside it one looks a second time, since the answer
 * may have come while waiting. The write is conditional all the same: a holder that was paused until its lock had lapsed
 * does not know that it holds nothing any more, and would give a coupon that has been given. So what is right in both is
 * the condition; the lock only changes who waits where, which `POST /coupons/:id/compare` measures.
 */
import type { Context } from 'hono'
import { answer } from '../http/answer'
import { bodyFields } from '../http/body-fields'
import { countUpTo, QUANTITY } from '../http/count'
import { NAME_RULE, nameInPath, parseName } from '../http/fields'
import type { ServiceEnv } from '../http/service-env'
import { compareWays } from './coupon-comparison'
import { Coupons, WAYS } from './coupons'
import { RefusedError } from './refused-error'
import type { Scenario, Shop } from './scenario'

/** So many may ask at once for the sake of a comparison. */
const USERS = countUpTo(2000)

export function coupon(shop: Shop): Scenario {
  const coupons = new Coupons(shop)
  return {
    routes: [
      { method: 'POST', path: '/coupons', does: 'issue a coupon so many times', handle: issue },
      { method: 'GET', path: '/coupons/:id', does: 'how many were given', handle: show },
      {
        method: 'POST',
        path: '/coupons/:id/claim',
        does: 'take one; one for each user, by lock or by version',
        handle: claim,
      },
      {
        method: 'POST',
        path: '/coupons/:id/compare',
        does: 'measure both ways beside each other, on fresh coupons like this one',
        handle: compare,
      },
    ],
  }

  async function issue(c: Context<ServiceEnv>): Promise<Response> {
    const fields = await bodyFields(c.req)
    const id = fields.read('id', NAME_RULE, parseName)
    const issued = fields.read('issued', QUANTITY.rule, QUANTITY.read)
    if (id === undefined || issued === undefined) return fields.refuse()
    // The id is the idempotency key: the same request again finds what the first one made.
    if (!(await coupons.issue(id, issued)) && (await coupons.find(id)).issued !== issued) {
      throw new RefusedError(409, `Another number of ${id} was issued`)
    }
    return answer(c, 201, { status: 'SUCCESS', message: `${issued} of ${id} issued`, id, issued })
  }

  async function show(c: Context<ServiceEnv>): Promise<Response> {
    const id = nameInPath(c, 'id')
    const { issued, given } = await coupons.find(id)
    const message = `${given} of ${issued} given`
    return answer(c, 200, { status: 'SUCCESS', message, id, issued, given, left: issued - given })
  }

  async function claim(c: Context<ServiceEnv>): Promise<Response> {
    const id = nameInPath(c, 'id')
    const fields = await bodyFields(c.req)
    const user = fields.read('user_id', NAME_RULE, parseName)
    const way = fields.read('way', `${WAYS.join(' or ')}, or nothing`, (value = 'version') =>
      WAYS.find((known) => known === value),
    )
    if (user === undefined || way === undefined) return fields.refuse()
    const { serial, tries, replayed } = await coupons.claim(id, user, way)
    c.get('note').outcome = replayed ? 'replayed' : 'executed'
    if (replayed) c.header('Idempotency-Replayed', 'true')
    const message = `${user} has number ${serial} of ${id}`
    return answer(c, 200, { status: 'SUCCESS', message, id, user_id: user, serial, tries })
  }

  async function compare(c: Context<ServiceEnv>): Promise<Response> {
    const { issued } = await coupons.find(nameInPath(c, 'id'))
    const fields = await bodyFields(c.req)
    const users = fields.read('users', USERS.rule, USERS.read) ?? fields.refuse()
    const ways = await compareWays(coupons, { issued, users })
    const message = ways.map(({ way, ms, granted }) => `${way}: ${granted} in ${ms} ms`).join('; ')
    return answer(c, 200, { status: 'SUCCESS', message, issued, users, ways })
  }
}
