/*
 * A queue: whoever has paid gets points, and the goods leave the house. Each once, though messages come twice.
 *
 * Paid orders are published under 'orders.paid', and delivered at least once: again when a consumer died before it could
 * acknowledge, when its acknowledgement was lost, and when the shop itself was not sure and published again. Nothing in
 * a delivery tells which of these it is. What makes two of them the same message is the order that they are about: this is the key
 * under which `idempotentConsumer` applies a message once, for each group of consumers by itself.
 *
 * The record of the key does the most of it. But an attempt may die after its effect and before its record is settled, and
 * then another one runs: so the effects are idempotent by themselves. The entry of an order in the ledger of points exists
 * once, under an id made of user and order; and the row of an article remembers which orders it has served.
 *
 * What fails is tried again, ever later. What failed five times, and what no attempt can help, goes to the dead letters: there
 * somebody can read why, mend it, and replay the message, or throw it away. To see that, take the points service down.
 */
import { type Consumer, type Decision, idempotentConsumer } from '@idem/core/consumer'
import type { Context } from 'hono'
import { isLosslessNumber } from 'lossless-json'
import { answer } from '../http/answer'
import { BadRequestError } from '../http/bad-request-error'
import { bodyFields } from '../http/body-fields'
import { countUpTo, QUANTITY } from '../http/count'
import { Fields, isPrintable, NAME_RULE, parseName } from '../http/fields'
import type { ServiceEnv } from '../http/service-env'
import { AMOUNT_RULE, parseAmount } from '../money/amount'
import type { Broker, Letter } from '../queue/broker'
import type { Message } from '../queue/publisher'
import { PAID } from './order'
import { Points } from './points'
import { RefusedError } from './refused-error'
import type { Scenario, Shop } from './scenario'
import { reserve, ship } from './stock'

export interface QueueOptions {
  readonly broker: Broker
  /** Is told what goes wrong with a message, in one line. */
  readonly print?: (line: string) => void
}

const ATTEMPTS = 5
const TIMES = countUpTo(100)

export function queue(shop: Shop, { broker, print = () => {} }: QueueOptions): Scenario {
  const points = new Points(shop.tables)
  const letters = broker.deadLetters(PAID)
  const consuming = [consume('points', bookPoints), consume('shipping', shipGoods)]
  return {
    routes: [
      {
        method: 'POST',
        path: '/queue/publish',
        does: 'tell the queue of a paid order, any number of times; what is left out, the message lacks',
        handle: publish,
      },
      {
        method: 'GET',
        path: '/queue/dead-letters',
        query: '?after=',
        does: 'the messages that were given up, and why',
        handle: list,
      },
      {
        method: 'POST',
        path: '/queue/dead-letters/replay',
        does: 'deliver one of them again: { "id" }',
        handle: async (c) => {
          const id = await idIn(c)
          if (!(await letters.replay(id))) throw unknown(id)
          return answer(c, 200, { status: 'SUCCESS', message: 'It has all its attempts anew', id })
        },
      },
      {
        method: 'POST',
        path: '/queue/dead-letters/remove',
        does: 'throw one of them away: { "id" }',
        handle: async (c) => {
          const id = await idIn(c)
          if (!(await letters.remove(id))) throw unknown(id)
          return answer(c, 200, { status: 'SUCCESS', message: 'It is gone', id })
        },
      },
      {
        method: 'POST',
        path: '/queue/points-service',
        does: 'take the points service down, or bring it back: { "is_down" }',
        handle: turn,
      },
      {
        method: 'GET',
        path: '/points',
        query: '?user=',
        does: 'the points of a user, and for which orders',
        handle: statement,
      },
    ],
    stop: async () => void (await Promise.all(consuming.map((one) => one.stop()))),
  }

  function consume(group: string, handler: (message: Message) => Promise<void>) {
    const consumer = idempotentConsumer<Message>({
      idem: shop.idem,
      name: [PAID, group],
      key: (message) => message['order'] ?? '',
      handler,
      attempts: ATTEMPTS,
      backoff: { first: '200ms', max: '10s' },
      // What is wrong with the message stays wrong.
      isRetryable: (error) => !(error instanceof BadRequestError),
      // Nobody knows how far it had come, and nobody needs to: the effects are idempotent.
      onAbandoned: 'rerun',
    })
    const handle: Consumer<Message> = async (message, delivery) => {
      const decision = await consumer(message, delivery)
      const trouble = troubleOf(decision)
      if (trouble !== undefined)
        print(`${group}: ${message['order'] ?? 'a message without an order'} ${trouble}`)
      return decision
    }
    return broker.consume({ topic: PAID, group, handle })
  }

  /** One point for each whole unit of money. */
  async function bookPoints(message: Message): Promise<void> {
    const fields = new Fields(message)
    const order = fields.read('order', NAME_RULE, parseName)
    const user = fields.read('user', NAME_RULE, parseName)
    const amount = fields.read('amount', AMOUNT_RULE, (value) => parseAmount(String(value)))
    if (order === undefined || user === undefined || amount === undefined) return fields.refuse()
    await points.book(user, order, Number(amount / 100n))
  }

  /**
   * The goods that were set aside for the order leave. For one that was paid without setting any aside they are taken from
   * the shelf; if there are none, this fails, and is worth a replay when some have come in.
   */
  async function shipGoods(message: Message): Promise<void> {
    const fields = new Fields(message)
    const order = fields.read('order', NAME_RULE, parseName)
    const sku = fields.read('sku', NAME_RULE, parseName)
    const quantity = fields.read('quantity', QUANTITY.rule, (value) => QUANTITY.readDigits(String(value)))
    if (order === undefined || sku === undefined || quantity === undefined) return fields.refuse()
    try {
      await ship(shop, sku, order)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      await reserve(shop, sku, order, quantity)
      await ship(shop, sku, order)
    }
  }

  async function publish(c: Context<ServiceEnv>): Promise<Response> {
    const fields = await bodyFields(c.req)
    const message: Record<string, string> = {}
    for (const name of ['order', 'user', 'sku', 'quantity', 'amount']) {
      const text = fields.read(name, 'text or a number, or nothing', textOf)
      if (text) message[name] = text
    }
    const times = fields.read('times', `${TIMES.rule}, or nothing`, (value) =>
      value === undefined ? 1 : TIMES.read(value),
    )
    if (times === undefined || !fields.sound) return fields.refuse()
    if (Object.keys(message).length === 0) {
      throw new BadRequestError([{ field: 'body', expected: 'at least one field of a message', got: 'none' }])
    }
    await Promise.all(Array.from({ length: times }, () => broker.publish(PAID, message)))
    return answer(c, 200, { status: 'SUCCESS', message: `Published ${times} times`, published: message })
  }

  async function list(c: Context<ServiceEnv>): Promise<Response> {
    const fields = new Fields(c.req.query())
    const after = fields.read('after', 'the id of a dead letter, or nothing', textOf)
    if (after === undefined) return fields.refuse()
    const page = await letters.page({ limit: 100, ...(after && { cursor: after }) })
    const more = page.cursor === undefined ? '' : `; others come after ${page.cursor}`
    const message = `${page.letters.length} messages were given up${more}`
    return answer(c, 200, { status: 'SUCCESS', message, letters: page.letters.map(shownLetter) })
  }

  async function turn(c: Context<ServiceEnv>): Promise<Response> {
    const fields = await bodyFields(c.req)
    const isDown = fields.read('is_down', 'true or false', (value) =>
      typeof value === 'boolean' ? value : undefined,
    )
    if (isDown === undefined) return fields.refuse()
    await points.turn(isDown)
    const message = isDown ? 'The points service is down' : 'The points service is back'
    return answer(c, 200, { status: 'SUCCESS', message, is_down: isDown })
  }

  async function statement(c: Context<ServiceEnv>): Promise<Response> {
    const fields = new Fields(c.req.query())
    const user = fields.read('user', NAME_RULE, parseName) ?? fields.refuse()
    const { balance, count, entries } = await points.statement(user)
    const message = `${balance} points for ${count} orders`
    return answer(c, 200, { status: 'SUCCESS', message, user_id: user, balance, count, entries })
  }
}

/** In a few words; nothing for what goes well, or is at work elsewhere. */
function troubleOf(decision: Decision): string | undefined {
  if (decision.action === 'dead-letter') {
    return `is dead after attempt ${decision.attempt}: ${decision.failure.message}`
  }
  if (decision.action === 'ack' || decision.reason === 'in-progress' || decision.reason === 'stopped') return
  return `comes again in ${decision.afterMs} ms: ${(decision.error as Partial<Error>)?.message}`
}

/** `''` for nothing. */
function textOf(value: unknown): string | undefined {
  if (value === undefined) return ''
  const text = isLosslessNumber(value) ? value.value : value
  return isPrintable(text, 255) ? text : undefined
}

async function idIn(c: Context<ServiceEnv>): Promise<string> {
  const fields = await bodyFields(c.req)
  return fields.read('id', 'the id of a dead letter', parseName) ?? fields.refuse()
}

const unknown = (id: string) => new RefusedError(404, `There is no dead letter ${id} (any more)`)

function shownLetter({ at, group, reason, failure, attempt, replays, message, id }: Letter) {
  return { id, at: at.toISOString(), group, reason, failure: failure.message, attempt, replays, message }
}
