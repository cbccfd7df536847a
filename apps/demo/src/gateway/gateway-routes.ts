import type { Context } from 'hono'
import { answer } from '../http/answer'
import { Fields, NAME_RULE, parseName } from '../http/fields'
import type { Route } from '../http/route'
import type { ServiceEnv } from '../http/service-env'
import { formatAmount } from '../money/amount'
import type { Gateway } from './gateway'
import type { Charge } from './ledger'

/** Lets anybody look into the gateway's book, to see how often a card was really charged. */
export function gatewayRoutes(gateway: Gateway): Route[] {
  return [
    {
      method: 'GET',
      path: '/gateway/charges',
      query: '?token=',
      does: 'how often a card was really charged',
      handle: charges,
    },
  ]

  async function charges(c: Context<ServiceEnv>): Promise<Response> {
    const fields = new Fields(c.req.query())
    const token = fields.read('token', `${NAME_RULE}, or nothing`, (text) =>
      text === undefined ? null : parseName(text),
    )
    if (token === undefined) return fields.refuse()
    const { count, total, charges } = await gateway.statement(token ?? undefined)
    return answer(c, 200, {
      status: 'SUCCESS',
      message: count === 1 ? '1 charge' : `${count} charges`,
      count,
      total,
      charges: charges.map(shownCharge),
    })
  }
}

function shownCharge({ id, token, userId, amount, chargedAt }: Charge) {
  return {
    charge_id: id,
    idempotent_token: token,
    user_id: userId,
    amount: formatAmount(amount),
    charged_at: chargedAt.toISOString(),
  }
}
