import type { Context } from 'hono'
import { answer } from '../http/answer'
import { Fields, NAME_RULE, parseName } from '../http/fields'
import type { Route } from '../http/route'
import type { ServiceEnv } from '../http/service-env'
import { formatAmount } from '../money/amount'
import { type Charge, type Ledger, total } from './ledger'

const SHOWN = 100

/** Lets anybody look into the gateway's book, to see how often a card was really charged. */
export function gatewayRoutes(ledger: Ledger): Route[] {
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
    const found = ledger.charges(token ?? undefined)
    return answer(c, 200, {
      status: 'SUCCESS',
      message: found.length === 1 ? '1 charge' : `${found.length} charges`,
      count: found.length,
      total: total(found),
      charges: found.slice(0, SHOWN).map(shownCharge),
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
