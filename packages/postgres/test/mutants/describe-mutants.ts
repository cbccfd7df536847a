import type { CaseFailure } from '@idem/conformance'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { database } from '../database'
import { type BrokenPlace, brokenPlace, type Scene } from './broken-place'
import type { SqlMutant } from './sql-mutant'

/** What notices that something is broken. */
interface Noticed {
  readonly name: string
  readonly error: unknown
}

type Cases = Readonly<Record<string, (scene: Scene) => Promise<void>>>

export interface MutantSuite {
  readonly mutants: readonly SqlMutant[]
  /** What is tried first where a file is broken: what is likely to notice. */
  readonly first: (file: string) => Cases
  /** What is tried when conformance has noticed nothing. */
  readonly last: Cases
  readonly conformance: (place: BrokenPlace, terms: typeof TERMS) => AsyncIterable<CaseFailure>
}

/** So that what is caught today is caught tomorrow, and silence is noticed soon. */
const TERMS = {
  property: { seed: 1, runs: 20 },
  patienceMs: 500,
  without: { ownClock: 'several are tried at once in this process, which has one clock' },
}

/** Takes one guard after another out of the SQL, and looks whether anything notices. */
export function describeMutants(what: string, { mutants, first, last, conformance }: MutantSuite): void {
  describe.skipIf(inject('postgresUrl') === undefined)(`${what} with one guard less`, () => {
    const db = database()
    // What is to be found out has nothing to do with disks.
    const pool = db.pool({ max: 30, options: '-c synchronous_commit=off' })
    let listener: Awaited<ReturnType<typeof db.client>>
    const caught: string[] = []

    /** What notices that the SQL is broken: the first case that fails. */
    async function firstFailure(mutant?: SqlMutant): Promise<Noticed | undefined> {
      const place = await brokenPlace(pool, listener, mutant)
      try {
        const noticed = await failing(first(mutant?.file ?? ''), place)
        if (noticed !== undefined) return noticed
        for await (const { about, name, error } of conformance(place, TERMS)) {
          return { name: `${about}: ${name}`, error }
        }
        return await failing(last, place)
      } finally {
        await place.remove()
      }
    }

    beforeAll(async () => {
      listener = await db.client()
    })

    afterAll(async () => {
      console.log(
        [`${caught.length} of ${mutants.length} broken ${what} are caught:`, ...caught].join('\n  '),
      )
      await db.end()
    })

    test('are looked for in vain where nothing is broken', { timeout: 240_000 }, async () => {
      const found = await firstFailure()
      if (found !== undefined) throw new Error(found.name, { cause: found.error })
    })

    const named = mutants.map((mutant) => [`${mutant.file}.sql: ${mutant.bug}`, mutant] as const)
    test.concurrent.for(named)('%s', { timeout: 240_000 }, async ([name, mutant]) => {
      const failure = await firstFailure(mutant)
      expect(failure, 'no case notices').toBeDefined()
      caught.push(`${name} (${failure?.name})`)
    })
  })
}

async function failing(cases: Cases, place: BrokenPlace): Promise<Noticed | undefined> {
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run({ ...place, key: crypto.randomUUID() })
    } catch (error) {
      return { name, error }
    }
  }
  return undefined
}
