import { Idem } from '@idem/core'
import { PostgresStore } from '@idem/postgres'
import { Pool } from 'pg'

const pool = new Pool({ connectionString: process.env['DATABASE_URL'] })
pool.on('error', console.error) // connections that are lost while idle: pg ends the process if nobody listens

const store = new PostgresStore(pool)
await store.migrate() // makes the schema `idem`; any number of processes may do so at once
const idem = new Idem({ store })

await pool.query('CREATE TABLE IF NOT EXISTS payments (order_id text, amount integer)')

const pay = (order: string, amount: number) =>
  idem.transaction(
    ['pay', order],
    async ({ tx }) => {
      await tx.query('INSERT INTO payments VALUES ($1, $2)', [order, amount])
      return { paid: amount }
    },
    { fingerprint: amount },
  )

const order = crypto.randomUUID()
await Promise.all([pay(order, 100), pay(order, 100)]) // runs once, in whatever process
await pay(order, 100) // replays
const { rowCount } = await pool.query('SELECT FROM payments WHERE order_id = $1', [order])
console.log(rowCount) // 1

await pool.end() // the pool is yours
