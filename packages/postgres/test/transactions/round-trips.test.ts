import { startTcpProxy } from '@idem/test-servers'
import { Client, type Pool } from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { describeOnPostgres } from '../database'
import { accounts } from './accounts'

const book = accounts()
const { db, process, deposit } = book

/** What of pg's connection sends statements: the extended protocol, and the simple one. */
interface Wire {
  readonly parsedStatements: Record<string, string>
  parse(statement: { name: string; text: string }): void
  bind(portal: { statement?: string }): void
  query(text: string): void
  sync(): void
}

const nameOf = (text: string) => /records_(\w+)/.exec(text)?.[1] ?? text.split(' ')[0] ?? ''

/** A client that notes which statements it sends, in an array for all that are sent together, and which it has parsed. */
function observedClient(sent: string[][], parsed: string[] = []) {
  return class extends Client {
    constructor(...args: ConstructorParameters<typeof Client>) {
      super(...args)
      const wire = this.connection as unknown as Wire
      const { parse, bind, query, sync } = wire
      const texts = new Map<string, string>()
      let together: string[] = []
      const flush = () => {
        sent.push(together)
        together = []
      }
      wire.parse = (statement) => {
        texts.set(statement.name ?? '', statement.text)
        parsed.push(nameOf(statement.text))
        parse.call(wire, statement)
      }
      wire.bind = (portal) => {
        together.push(nameOf(texts.get(portal.statement ?? '') ?? ''))
        bind.call(wire, portal)
      }
      wire.query = (text) => {
        together.push(nameOf(text))
        flush()
        query.call(wire, text)
      }
      wire.sync = () => {
        flush()
        sync.call(wire)
      }
    }
  }
}

describeOnPostgres('what a transaction sends', () => {
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>
  beforeAll(async () => {
    proxy = await startTcpProxy(inject('postgresUrl') as string)
  })
  afterAll(() => proxy?.close())

  it.each([true, false])(
    'is two statements more than without idem, no commit and no round trip; prepared: %s',
    async (prepare) => {
      const sent: string[][] = []
      const parsed: string[] = []
      const Client = observedClient(sent, parsed)
      const own = db.pool({ max: 1, Client, connectionString: proxy.url } as object)
      const idem = process({ prepare }, own)
      for (const nth of ['first', 'second']) {
        await own.query('SELECT 1')
        sent.length = parsed.length = 0
        const { roundTrips } = proxy.counts
        await idem.transaction([book.key, nth], deposit())
        expect(sent).toEqual([['BEGIN', 'begin'], ['UPDATE'], ['settle', 'COMMIT']])
        expect(proxy.counts.roundTrips - roundTrips).toBe(3)
        const all = ['BEGIN', 'begin', 'UPDATE', 'settle', 'COMMIT']
        expect(parsed).toEqual(prepare && nth === 'second' ? ['UPDATE'] : all)
      }
    },
  )

  it('is one round trip and a rollback, where the answer is there', async () => {
    const sent: string[][] = []
    await process().transaction(book.key, deposit())
    const own = db.pool({ max: 1, Client: observedClient(sent) } as object)
    expect(await process({}, own).transaction(book.key, deposit())).toBe(10)
    expect(sent).toEqual([['BEGIN', 'begin'], ['ROLLBACK']])
  })

  it('goes one by one through a client that cannot send statements together', async () => {
    const texts: string[] = []
    const own = db.pool({ max: 1 })
    const query: Client['query'] = (...args: unknown[]) => {
      texts.push(nameOf(args[0] as string))
      return (own.query as (...args: unknown[]) => never)(...args)
    }
    // As pg-native has it: there is no connection in JavaScript to be spoken to.
    const client = { query, on: () => {}, off: () => {}, release: () => {} }
    const native = { ...client, totalCount: 1, connect: async () => client }
    expect(await process({}, native as unknown as Pool).transaction(book.key, deposit())).toBe(10)
    expect(texts).toEqual(['BEGIN', 'begin', 'UPDATE', 'settle', 'COMMIT'])
  })

  it.each<[how: string, refuse: (order: { handleError(error: Error): void }) => unknown]>([
    // As pg refuses a cursor where it sends without waiting (`pipeline`).
    [
      'by telling them so',
      (order) => {
        globalThis.process.nextTick(() => order.handleError(new Error('not supported')))
        return order
      },
    ],
    [
      'by an error',
      () => {
        throw new Error('not supported')
      },
    ],
    ['by a promise', () => Promise.reject(new Error('not supported'))],
  ])(
    'goes one by one through a client that refuses statements that are sent together, %s',
    async (_, refuse) => {
      const sent: string[][] = []
      const query = Client.prototype.query as (...args: unknown[]) => unknown
      const Refusing = class extends observedClient(sent) {}
      Refusing.prototype.query = function (this: Client, ...args: unknown[]) {
        const [order] = args as [{ submit?: unknown; handleError(error: Error): void }]
        return typeof order.submit === 'function' ? refuse(order) : query.apply(this, args)
      } as typeof Client.prototype.query
      const own = db.pool({ max: 1, Client: Refusing } as object)
      expect(await process({}, own).transaction(book.key, deposit())).toBe(10)
      expect(await process({}, own).transaction(book.key, deposit())).toBe(10)
      expect(sent.flat()).toEqual([
        'BEGIN',
        'begin',
        'UPDATE',
        'settle',
        'COMMIT',
        'BEGIN',
        'begin',
        'ROLLBACK',
      ])
    },
  )

  it('is prepared under names, where that is asked for', async () => {
    const own = db.pool({ max: 1 })
    const idem = process({ prepare: true }, own)
    const prepared = async () => {
      const { rows } = await own.query<{ statement: string }>('SELECT statement FROM pg_prepared_statements')
      return rows.map(({ statement }) => nameOf(statement)).sort()
    }
    const all = ['BEGIN', 'COMMIT', 'begin', 'settle']
    expect(await idem.transaction(book.key, deposit())).toBe(10)
    expect(await prepared()).toEqual(all)
    expect(await idem.transaction([book.key, 'again'], deposit())).toBe(20)
    await process({}, own).transaction([book.key, 'unprepared'], () => 1)
    expect(await prepared()).toEqual(all)
  })

  it('is prepared again on a connection on which it failed after it had been prepared', async () => {
    const own = db.pool({ max: 1 })
    const idem = process({ prepare: true }, own)
    const table = `"${db.schema}".records`
    await own.query(`ALTER TABLE ${table} ADD CONSTRAINT no_more CHECK (key NOT LIKE '%refused%')`)
    try {
      await expect(idem.transaction([book.key, 'refused'], () => 1)).rejects.toMatchObject({
        code: 'STORE',
        cause: { code: '23514' },
      })
    } finally {
      await own.query(`ALTER TABLE ${table} DROP CONSTRAINT no_more`)
    }
    expect(await idem.transaction(book.key, deposit())).toBe(10)
    expect(own.totalCount).toBe(1)
  })

  it('is left to pg where that sends statements without waiting', async () => {
    const own = db.pool({ max: 1, pipeline: true } as object)
    expect(await process({}, own).transaction(book.key, deposit())).toBe(10)
    expect(await process({}, own).transaction(book.key, deposit())).toBe(10)
  })
})
