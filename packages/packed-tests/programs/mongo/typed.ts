import { randomUUID } from 'node:crypto'
import { Idem, type LockStore, Mutex, type Store } from '@idem/core'
import {
  type Change,
  type Compared,
  compareAndSet,
  type Fields,
  MongoLockStore,
  type MongoLockStoreOptions,
  MongoStore,
  type MongoStoreOptions,
} from '@idem/mongo'
import { type ClientSession, type Collection, type Db, MongoClient, type WithId } from 'mongodb'

interface Account {
  readonly _id: string
  readonly balance: number
}

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false

const client = new MongoClient(process.env['MONGODB_URL'] ?? 'mongodb://127.0.0.1:1')
const db: Db = client.db(`packed_${randomUUID()}`)
const options: MongoStoreOptions & MongoLockStoreOptions = { wtimeoutMs: 10_000 }
const store = new MongoStore(db, options)
const locks = new MongoLockStore(db, { ...options, collection: 'my.locks' })
export const all: readonly [Store, LockStore] = [store, locks]

export async function inferred(accounts: Collection<Account>, own: ClientSession): Promise<void> {
  const idem = new Idem({ store })
  const balance: number | undefined = await idem.transaction(
    'A-1',
    async ({ tx, attempt, fence, subkey }) => {
      const isSession: Same<typeof tx, ClientSession> = true
      const account: Account | null = await accounts.findOne({ _id: subkey('A-1') }, { session: tx })
      return account === null || !isSession ? undefined : account.balance + attempt + fence
    },
  )
  const receipt: { paid: number } = await idem.transaction('A-1', () => ({ paid: balance ?? 0 }), { tx: own })
  const where: Fields = { _id: 'A-1', balance: receipt.paid }
  const change: Change = { where, set: { balance: 1 } }
  const compared: Compared<WithId<Account>> = await compareAndSet(own, accounts, change)
  const left: number = compared.won ? compared.document.balance : 0
  // @ts-expect-error who has not won has no document
  if (!compared.won) compared.document.balance = left
}

export async function refused(accounts: Collection<Account>): Promise<void> {
  const idem = new Idem({ store })
  // @ts-expect-error a URL is no database
  new MongoStore('mongodb://127.0.0.1')
  // @ts-expect-error nor is a client, which may have several
  new MongoStore(client)
  // @ts-expect-error there is no such option
  new MongoStore(db, { prefix: 'mine:' })
  // @ts-expect-error in a transaction there are no steps: either all of it has happened or nothing
  await idem.transaction('A-1', ({ step }) => step('charge', () => 1))
  // @ts-expect-error a transaction has no lease
  await idem.transaction('A-1', () => 1, { lease: '1m' })
  // @ts-expect-error a client is no open transaction
  await idem.transaction('A-1', () => 1, { tx: client })
  // @ts-expect-error what is to be changed must be said
  await compareAndSet(undefined, accounts, { where: { _id: 'A-1' } })
}

const [kind] = process.argv.slice(2)
if (kind !== undefined) {
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
  await db.dropDatabase()
  await client.close()
}
console.log(kind === undefined ? 'constructed' : 'one run')
