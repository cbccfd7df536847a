import type { PoolClient } from 'pg'
import { expect, it } from 'vitest'
import { describeOnPostgres } from '../database'
import { accounts } from './accounts'

const book = accounts()
const { table, process, deposit, balance } = book

describeOnPostgres('a transaction that conflicts with others', () => {
  it.each(['repeatable read', 'serializable'] as const)(
    'is repeated as a whole on conflicts, in %s',
    async (isolation) => {
      const idem = process({ isolation })
      let runs = 0
      const deposits = Array.from({ length: 4 }, (_, i) =>
        idem.transaction([book.key, String(i)], async ({ tx }) => {
          runs++
          const { rows } = await tx.query<{ balance: number }>(
            `SELECT balance FROM ${table} WHERE name = $1`,
            [book.key],
          )
          await tx.query('SELECT pg_sleep(0.05)')
          await tx.query(`UPDATE ${table} SET balance = $2 WHERE name = $1`, [
            book.key,
            (rows[0]?.balance ?? 0) + 10,
          ])
        }),
      )
      await Promise.all(deposits)
      expect(await balance()).toBe(40)
      expect(runs).toBeGreaterThan(4)
    },
  )

  it('is repeated as a whole when it was chosen to end a deadlock', async () => {
    const other = crypto.randomUUID()
    await book.open(other)
    const add = (tx: PoolClient, name: string) =>
      tx.query(`UPDATE ${table} SET balance = balance + 1 WHERE name = $1`, [name])
    const idem = process()
    let runs = 0
    const crossing = (names: readonly string[]) =>
      idem.transaction([book.key, ...names], async ({ tx }) => {
        runs++
        await add(tx, names[0] as string)
        await tx.query('SELECT pg_sleep(0.2)')
        await add(tx, names[1] as string)
      })
    await Promise.all([crossing([book.key, other]), crossing([other, book.key])])
    expect(await balance()).toBe(2)
    // More where the one that is repeated is quicker than the one that waited for it: they meet again.
    expect(runs).toBeGreaterThanOrEqual(3)
  })

  it('is repeated when another attempt was made and failed meanwhile: it is the one after that', async () => {
    const fail = () =>
      process().run(book.key, () => {
        throw new Error('declined')
      })
    await expect(fail()).rejects.toThrow('declined')
    const attempts: number[] = []
    await process().transaction(book.key, async (ctx) => {
      attempts.push(ctx.attempt)
      if (attempts.length === 1) await expect(fail()).rejects.toThrow('declined')
      return deposit()(ctx)
    })
    expect(attempts).toEqual([2, 3])
    expect(await process().inspect(book.key)).toMatchObject({ state: 'succeeded', attempt: 3 })
    expect(await balance()).toBe(10)
  })
})
