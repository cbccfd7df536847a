import { randomUUID } from 'node:crypto'
import { type RecordState, type Store, type StoredRecord, StoreError } from '@idem/core'
import type { Context } from 'hono'
import { stringify } from 'lossless-json'
import { answer } from '../http/answer'
import { bodyFields } from '../http/body-fields'
import { CURSOR_RULE, decodeCursor, encodeCursor, pageAfter } from '../http/cursor'
import { Fields } from '../http/fields'
import type { Route } from '../http/route'
import type { ServiceEnv } from '../http/service-env'

const STATES: readonly RecordState[] = ['running', 'succeeded', 'failed', 'abandoned']
const KEY_RULE = 'the key of a record, as it is stored'
const DAY_MS = 86_400_000

/** Lets an operator look at all records, of the payment service and of the shop, and decide what became of one. */
export function inspectorRoutes(store: Store): Route[] {
  return [
    {
      method: 'GET',
      path: '/records',
      query: '?prefix=&state=&cursor=',
      does: 'all records, as they are stored',
      handle: list,
    },
    { method: 'GET', path: '/records/record', query: '?key=', does: 'one of them', handle: show },
    {
      method: 'POST',
      path: '/records/resolve',
      does: 'say what came of an attempt that nobody knows the end of: { "key", "value" }',
      handle: resolve,
    },
    {
      method: 'POST',
      path: '/records/forget',
      does: 'forget a record that does not run, so that its key may run again: { "key" }',
      handle: forget,
    },
  ]

  async function list(c: Context<ServiceEnv>): Promise<Response> {
    const fields = new Fields(c.req.query())
    const prefix = fields.read('prefix', 'text, or nothing', (text) =>
      text === undefined ? '' : aText(text),
    )
    const state = fields.read('state', `${STATES.join(', ')}, or nothing`, (text) =>
      text === undefined || text === '' ? null : STATES.find((known) => known === text),
    )
    const cursor = fields.read('cursor', CURSOR_RULE, (text) =>
      text === undefined ? null : decodeCursor(text),
    )
    if (prefix === undefined || state === undefined || cursor === undefined) return fields.refuse()
    const page = await pageAfter(cursor, () =>
      asked(() =>
        store.list({ prefix, limit: 50, ...(state && { state }), ...(cursor !== null && { cursor }) }),
      ),
    )
    return answer(c, 200, {
      status: 'SUCCESS',
      message: page.cursor === undefined ? 'The last page' : 'There is another page: ask with next_cursor',
      records: page.records.map(shown),
      next_cursor: page.cursor === undefined ? null : encodeCursor(page.cursor),
    })
  }

  async function show(c: Context<ServiceEnv>): Promise<Response> {
    const fields = new Fields(c.req.query())
    const key = fields.read('key', KEY_RULE, aText) ?? fields.refuse()
    const record = await asked(() => store.get(key))
    if (record === undefined) return unknown(c)
    return answer(c, 200, { status: 'SUCCESS', message: `It is ${record.state}`, record: shown(record) })
  }

  async function resolve(c: Context<ServiceEnv>): Promise<Response> {
    const fields = await bodyFields(c.req)
    const key = fields.read('key', KEY_RULE, aText)
    const value = fields.read('value', 'what the operation came to, as JSON', (given) => stringify(given))
    if (key === undefined || value === undefined) return fields.refuse()
    const keeping = { retentionMs: DAY_MS, tombstoneMs: 0 }
    const resolved = await asked(() => store.resolve({ key, owner: randomUUID(), value, ...keeping }))
    if (!resolved && (await asked(() => store.get(key))) === undefined) return unknown(c)
    return resolved
      ? answer(c, 200, { status: 'SUCCESS', message: 'It has succeeded; whoever asks gets this value' })
      : answer(c, 409, { status: 'ERROR', message: 'It is running, or settled: there is nothing to decide' })
  }

  async function forget(c: Context<ServiceEnv>): Promise<Response> {
    const fields = await bodyFields(c.req)
    const key = fields.read('key', KEY_RULE, aText) ?? fields.refuse()
    const record = await asked(() => store.get(key))
    if (record?.state === 'running') {
      const message =
        'It is running, and forgotten it would run beside itself: wait until its lease has ended'
      return answer(c, 409, { status: 'ERROR', message })
    }
    if (!(await asked(() => store.delete(key)))) return unknown(c)
    return answer(c, 200, { status: 'SUCCESS', message: 'It is forgotten: its key may run again' })
  }
}

function unknown(c: Context<ServiceEnv>): Response {
  return answer(c, 404, { status: 'ERROR', message: 'There is no record under this key' })
}

function shown({
  value,
  failure,
  createdAt,
  updatedAt,
  leaseUntil,
  expiresAt,
  steps,
  ...rest
}: StoredRecord) {
  return {
    ...rest,
    value: parsed(value),
    failure: parsed(failure),
    steps: steps.map((step) => ({ ...step, value: parsed(step.value) })),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    leaseUntil: leaseUntil === undefined ? null : new Date(leaseUntil).toISOString(),
    expiresAt: Number.isFinite(expiresAt) ? new Date(expiresAt).toISOString() : null,
  }
}

/** What the codec writes is JSON. */
const parsed = (text: string | undefined): unknown => (text === undefined ? null : JSON.parse(text))

const aText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** What a store throws may be its driver's own: it is wrapped by `Idem`, and here the store is asked directly. */
async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof StoreError) throw cause
    throw new StoreError('the records cannot be reached', { cause })
  }
}
