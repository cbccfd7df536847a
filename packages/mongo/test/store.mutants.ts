import { storeFailures } from '@idem/conformance'
import type { Db } from 'mongodb'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { loadMutant } from '../../conformance/test/mutant'
import type { MongoStore } from '../src'
import { database } from './database'
import { claimMutants } from './mutants/claim-mutants'
import { movedClock } from './mutants/moved-clock'
import { ownCases } from './mutants/own-cases'
import { settleMutants } from './mutants/settle-mutants'
import type { StoreMutant } from './mutants/store-mutant'

/** So that what is caught today is caught tomorrow, and silence is noticed soon. */
const TERMS = {
  property: { seed: 1, runs: 20 },
  patienceMs: 500,
  without: { ownClock: 'it is moved in this process' },
}

const mutants = [...claimMutants, ...settleMutants]

describe.skipIf(inject('mongoUrl') === undefined)('the store with one condition less', () => {
  const own = database()
  const caught: string[] = []
  let nth = 0

  afterAll(async () => {
    console.log([`${caught.length} of ${mutants.length} broken stores are caught:`, ...caught].join('\n  '))
    await own.end()
  })

  /** What notices that it is broken: the first case that fails. */
  async function firstFailure(mutant: StoreMutant): Promise<{ name: string; error: unknown } | undefined> {
    const entry = 'packages/mongo/src/mongo-store.ts'
    const module = await loadMutant<{ MongoStore: typeof MongoStore }>({ ...mutant, entry })
    const collection = `records ${++nth}`
    const open = (db: Db) => new module.MongoStore(db, { collection })
    await open(own.db).migrate()
    const create = () => {
      const { db, advance } = movedClock(own.db)
      return { store: open(db), advance }
    }
    for (const [name, run] of Object.entries(ownCases)) {
      try {
        await run(create())
      } catch (error) {
        return { name, error }
      }
    }
    for await (const { about, name, error } of storeFailures({ create, ...TERMS })) {
      return { name: `${about}: ${name}`, error }
    }
    return undefined
  }

  test('is looked for in vain where nothing is broken', { timeout: 240_000 }, async () => {
    const [whole] = mutants
    if (whole === undefined) throw new Error('there are broken ones')
    const found = await firstFailure({ ...whole, replace: whole.find })
    if (found !== undefined) throw new Error(found.name, { cause: found.error })
  })

  const named = mutants.map((mutant) => [`${mutant.file.split('/').at(-1)}: ${mutant.bug}`, mutant] as const)
  test.concurrent.for(named)('%s', { timeout: 240_000 }, async ([name, mutant]) => {
    const failure = await firstFailure(mutant)
    expect(failure, 'no case notices').toBeDefined()
    caught.push(`${name} (${failure?.name})`)
  })
})
