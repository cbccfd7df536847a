/*
 * Stock: many buyers want few goods, and each of them may ask twice.
 *
 * The row of an article holds how many there are and which orders have some of them set aside. So one conditional write
 * decides all at once: that the order is not served yet, that there is enough, and that nobody was faster. An attempt that
 * died after its write finds itself in the row, and takes nothing again. The row grows with the orders that are under way,
 * so it is bounded by the goods; of an article with a hundred thousand pieces, each store-room would have a row of its own.
 *
 * Around it `idem.run` answers whoever asks again, from its record. A refusal is recorded as a failure that may be tried
 * again: goods come in, and then the same order may have them.
 */
import { FingerprintMismatchError } from '@idem/core'
import { idempotency } from '@idem/hono'
import type { Context } from 'hono'
import { answer } from '../http/answer'
import { bodyFields } from '../http/body-fields'
import { QUANTITY } from '../http/count'
import { NAME_RULE, nameInPath, parseName } from '../http/fields'
import type { ServiceEnv } from '../http/service-env'
import { pairId } from '../stores/pair-id'
import { changeRow, sameTable } from './optimistic'
import { RefusedError, refusals } from './refused-error'
import type { Scenario, Shop } from './scenario'
import {
  available,
  emptyShelf,
  heldBy,
  type Shelf,
  setAside,
  shownShelf,
  withDelivery,
  withoutOrder,
} from './shelf'

export function stock(shop: Shop): Scenario {
  const delivery = idempotency({ idem: shop.idem, name: 'delivery', scope: 'public' })
  return {
    routes: [
      {
        method: 'POST',
        path: '/stock/:sku',
        does: 'put goods on the shelf; once for each Idempotency-Key',
        through: [delivery],
        handle: async (c: Context<ServiceEnv>) => {
          const sku = nameInPath(c, 'sku')
          const fields = await bodyFields(c.req)
          const quantity = fields.read('quantity', QUANTITY.rule, QUANTITY.read) ?? fields.refuse()
          const id = c.get('idempotency').subkey('delivery')
          const shelf = await putOnShelf(shop, sku, { id, quantity })
          return answer(c, 200, {
            status: 'SUCCESS',
            message: `${quantity} of ${sku} came in`,
            ...shownShelf(shelf),
          })
        },
      },
      {
        method: 'GET',
        path: '/stock/:sku',
        does: 'how many there are, and for whom some are set aside',
        handle: async (c) => {
          const sku = nameInPath(c, 'sku')
          const found = await shelves(shop).get(sku)
          if (found === undefined) throw unknown(sku)
          const view = shownShelf(found.row)
          return answer(c, 200, {
            status: 'SUCCESS',
            message: `${view.available} of ${sku} can be had`,
            ...view,
          })
        },
      },
      {
        method: 'POST',
        path: '/stock/:sku/reserve',
        does: 'set goods aside for an order, once',
        handle: async (c) => {
          const sku = nameInPath(c, 'sku')
          const fields = await bodyFields(c.req)
          const order = fields.read('order', NAME_RULE, parseName)
          const quantity = fields.read('quantity', QUANTITY.rule, QUANTITY.read)
          if (order === undefined || quantity === undefined) return fields.refuse()
          const { replayed, value } = await shop.idem.execute(
            order,
            () => reserve(shop, sku, order, quantity),
            { name: 'reserve', scope: sku, fingerprint: quantity, errorCodec: refusals },
          )
          c.get('note').outcome = replayed ? 'replayed' : 'executed'
          if (replayed) c.header('Idempotency-Replayed', 'true')
          const message = `${quantity} of ${sku} set aside for ${order}`
          return answer(c, 200, { status: 'SUCCESS', message, order, quantity, tries: value.tries })
        },
      },
      {
        method: 'POST',
        path: '/stock/:sku/release',
        does: 'put back what was set aside for an order',
        handle: async (c) => {
          const sku = nameInPath(c, 'sku')
          const fields = await bodyFields(c.req)
          const order = fields.read('order', NAME_RULE, parseName) ?? fields.refuse()
          await release(shop, sku, order)
          return answer(c, 200, {
            status: 'SUCCESS',
            message: `Nothing of ${sku} is set aside for ${order}`,
            order,
          })
        },
      },
    ],
  }
}

/** How an order's claim to an article ended. For each of them there is one such row at most, for good. */
interface Ending {
  readonly how: 'shipped' | 'released'
}

const shelves = (shop: Shop) => sameTable<Shelf>(shop.tables, 'stock')
const endings = (shop: Shop) => shop.tables<Ending>('stock-endings')

/**
 * Sets goods aside for an order; called again, it finds them set aside.
 *
 * @throws RefusedError if there are not enough, which may change, or if the order's claim has ended already
 * @throws FingerprintMismatchError if another quantity is set aside for the order
 * @throws BusyError if there are too many buyers at once
 */
export async function reserve(
  shop: Shop,
  sku: string,
  order: string,
  quantity: number,
): Promise<{ readonly tries: number }> {
  const { tries } = await changeRow(shelves(shop), sku, async (shelf) => {
    if (shelf === undefined) throw unknown(sku)
    const held = heldBy(order, shelf)
    if (held === quantity) return undefined
    if (held !== undefined) {
      throw new FingerprintMismatchError(
        `${held} of ${sku} are set aside for this order, and not ${quantity}`,
      )
    }
    const left = available(shelf)
    if (left < quantity) {
      throw new RefusedError(409, left === 0 ? `${sku} is sold out` : `Only ${left} of ${sku} are left`)
    }
    // Looked up after the row was read: whoever ends a claim writes the ending first and then the row, whose version fails
    // this change if it comes in between. So no duplicate that is late sets goods aside that nobody will ever fetch.
    const ended = await ending(shop, sku, order)
    if (ended !== undefined) throw new RefusedError(409, `What this order had of ${sku} was ${ended.how}`)
    return setAside(shelf, order, quantity)
  })
  return { tries }
}

/**
 * Gives back what was set aside for an order; from then on nothing is, even by a request that is still under way. Called
 * again, it does nothing more.
 *
 * @throws RefusedError if the goods have left, or never were here
 */
export async function release(shop: Shop, sku: string, order: string): Promise<void> {
  if ((await shelves(shop).get(sku)) === undefined) throw unknown(sku)
  if ((await end(shop, sku, order, 'released')) === 'shipped') {
    throw new RefusedError(409, `What was set aside of ${sku} for this order has left`)
  }
}

/**
 * Takes what was set aside for an order out of the house. Called again, it does nothing more.
 *
 * @throws RefusedError if nothing is set aside for it
 */
export async function ship(shop: Shop, sku: string, order: string): Promise<void> {
  const found = await shelves(shop).get(sku)
  const isHeld = found !== undefined && heldBy(order, found.row) !== undefined
  const ended = isHeld ? await end(shop, sku, order, 'shipped') : (await ending(shop, sku, order))?.how
  if (ended !== 'shipped') throw new RefusedError(409, `Nothing of ${sku} is set aside for this order`)
}

const ending = async (shop: Shop, sku: string, order: string) =>
  (await endings(shop).get(pairId(sku, order)))?.row

/** Whoever comes first decides how it ends; whoever comes later completes that, should the first have died half-way. */
async function end(shop: Shop, sku: string, order: string, wanted: Ending['how']): Promise<Ending['how']> {
  const isFirst = await endings(shop).insert(pairId(sku, order), { how: wanted })
  const how = isFirst ? wanted : ((await ending(shop, sku, order))?.how ?? wanted)
  // Written in any case: a reservation that has looked for the ending before it was there must find a new version.
  await changeRow(shelves(shop), sku, (shelf) => shelf && withoutOrder(shelf, order, how))
  return how
}

async function putOnShelf(
  shop: Shop,
  sku: string,
  { id, quantity }: { readonly id: string; readonly quantity: number },
): Promise<Shelf> {
  const { row = emptyShelf } = await changeRow(shelves(shop), sku, (shelf = emptyShelf) =>
    withDelivery(shelf, id, quantity),
  )
  return row
}

const unknown = (sku: string) => new RefusedError(404, `There is no ${sku} in this shop`)
