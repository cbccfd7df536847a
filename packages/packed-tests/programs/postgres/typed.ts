/// <reference types="emscripten" />
import { randomUUID } from 'node:crypto'
import { PGlite, type Transaction } from '@electric-sql/pglite'
import { Idem, type LockStore, MemoryStore, Mutex, type Store } from '@idem/core'
import {
  compareAndSet,
  lockRow,
  type PostgresClient,
  PostgresLockStore,
  type PostgresLockStoreOptions,
  PostgresStore,
  type PostgresStoreOptions,
} from '@idem/postgres'
import pg from 'pg'

interface Account {
  readonly id: string
  readonly balance: number
}

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false

const schema = `packed ${randomUUID()}`
const { DATABASE_URL: connectionString = 'postgres://127.0.0.1:1' } = process.env
const openPool = () => new pg.Pool({ connectionString })
const openClient = () => new pg.Client({ connectionString })

/** Each kind is taken as what it is, and as what it has in common with the others. */
function construct(): (Store | LockStore)[] {
  const embedded = new PGlite()
  const clients: PostgresClient[] = [openPool(), openClient(), embedded]
  const stores: Store[] = [new PostgresStore(openPool()), new PostgresStore(openClient())]
  stores.push(new PostgresStore<Transaction>(embedded, { isolation: 'serializable' }))
  const lockStores: LockStore[] = [openPool(), openClient(), embedded].map(
    (one) => new PostgresLockStore(one),
  )
  return [...stores, ...lockStores, ...clients.map((client) => new PostgresStore(client))]
}

const options: PostgresStoreOptions & PostgresLockStoreOptions = { schema }

export async function inferred(
  pool: pg.Pool,
  own: pg.PoolClient,
  embedded: PGlite,
  transaction: Transaction,
): Promise<void> {
  const idem = new Idem({ store: new PostgresStore(pool) })
  const balance: number | undefined = await idem.transaction(
    'A-1',
    async ({ tx, attempt, fence, subkey }) => {
      const isPoolClient: Same<typeof tx, pg.PoolClient> = true
      const { rows } = await tx.query<Account>('SELECT * FROM accounts', [isPoolClient, subkey('A-1')])
      const account: Account | undefined = rows[0]
      return account && account.balance + attempt + fence
    },
  )
  const receipt: { paid: number } = await idem.transaction('A-1', () => ({ paid: balance ?? 0 }), { tx: own })
  await idem.transaction('A-1', () => receipt, { retention: '7d', tombstone: '30d', fingerprint: receipt })

  const onEmbedded = new Idem({ store: new PostgresStore<Transaction>(embedded) })
  await onEmbedded.transaction('A-1', async ({ tx }) => {
    const isTransaction: Same<typeof tx, Transaction> = true
    return (await tx.query<Account>('SELECT * FROM accounts', [isTransaction])).rows[0]?.balance
  })
  await onEmbedded.transaction('A-1', () => 1, { tx: transaction })

  const found: Account | undefined = await lockRow<Account>(own, 'accounts', { id: 'A-1' }, { nowait: true })
  const compared = await compareAndSet<Account>(transaction, 'accounts', {
    where: { ...found },
    set: { balance: 1 },
  })
  const left: number = compared.won ? compared.row.balance : 0
  // @ts-expect-error who has not won has no row
  if (!compared.won) compared.row.balance = left
}

export async function refused(pool: pg.Pool, client: pg.Client, store: Store): Promise<void> {
  const idem = new Idem({ store: new PostgresStore(pool) })
  // @ts-expect-error a URL is no client
  new PostgresStore(connectionString)
  // @ts-expect-error there is no such option
  new PostgresStore(pool, { prefix: 'mine:' })
  // @ts-expect-error a pool cannot listen
  new PostgresStore(pool, { listener: pool })
  // @ts-expect-error locks have no transactions
  new PostgresLockStore(pool, { isolation: 'serializable' })
  // @ts-expect-error there is no such isolation
  new PostgresStore(pool, { isolation: 'snapshot' })
  // @ts-expect-error memory has no transactions that could take part in an effect
  new Idem({ store: new MemoryStore() }).transaction
  // @ts-expect-error nor is it known of any store that it has
  new Idem({ store }).transaction
  // @ts-expect-error in a transaction there are no steps: either all of it has happened or nothing
  await idem.transaction('A-1', ({ step }) => step('charge', () => 1))
  // @ts-expect-error nor does it take anything over
  await idem.transaction('A-1', ({ takeover }) => takeover)
  // @ts-expect-error a transaction has no lease
  await idem.transaction('A-1', () => 1, { lease: '1m' })
  // @ts-expect-error and cannot be abandoned
  await idem.transaction('A-1', () => 1, { onAbandoned: 'reject' })
  // @ts-expect-error no failure is kept that could be counted
  await idem.transaction('A-1', () => 1, { maxAttempts: 3 })
  // @ts-expect-error the database bounds it
  await idem.transaction('A-1', () => 1, { maxRunTime: '1h' })
  // @ts-expect-error without the database there is nothing to write to
  await idem.transaction('A-1', () => 1, { onStoreDown: 'run' })
  // @ts-expect-error it settles when it commits
  await idem.transaction('A-1', () => 1, { settleTimeout: '5s' })
  // @ts-expect-error a pool is no open transaction
  await idem.transaction('A-1', () => 1, { tx: pool })
  // @ts-expect-error nor is PGlite's what pg's store writes with
  await idem.transaction('A-1', () => 1, { tx: undefined as unknown as Transaction })
  // @ts-expect-error what is to be changed must be said
  await compareAndSet(client, 'accounts', { where: { id: 'A-1' } })
}

const [kind] = process.argv.slice(2)
if (kind === undefined) construct()
else {
  const pool = openPool()
  const embedded = kind === 'PGlite' ? new PGlite() : undefined
  const client: PostgresClient = embedded ?? pool
  const listener = embedded ? undefined : openClient()
  await listener?.connect()
  const store = new PostgresStore<pg.PoolClient | Transaction>(client, { ...options, listener })
  const locks = new PostgresLockStore(client, { ...options, listener })
  await Promise.all([store.migrate(), locks.migrate()])

  let runs = 0
  const idem = new Idem({ store })
  const charge = idem.wrap(async (order: { id: string }) => ({ order: order.id, run: ++runs }), {
    name: 'charge',
    key: (order) => order.id,
  })
  const answers = [await charge({ id: 'A-1' }), await charge({ id: 'A-1' })]
  const pay = () => idem.transaction(['pay', 'A-1'], async () => ({ order: 'A-1', run: runs++ }))
  answers.push(await pay(), await pay())
  if (runs !== 2 || answers.some(({ run }) => run !== 1)) throw new Error(JSON.stringify(answers))
  const fence: number = await new Mutex({ store: locks }).run('A-1', (lock) => lock.fence)
  if (!(fence >= 1)) throw new Error(`fence ${fence}`)
  await client.query(`DROP SCHEMA "${schema}" CASCADE`)
  await Promise.all([listener?.end(), pool.end(), embedded?.close()])
}
console.log(kind === undefined ? 'constructed' : 'one run')
