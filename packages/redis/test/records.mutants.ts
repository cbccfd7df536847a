import { storeFailures } from '@idem/conformance'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { claimMutants } from './mutants/claim-mutants'
import { mutantClient } from './mutants/mutant-client'
import { otherMutants } from './mutants/other-mutants'
import { ownCases } from './mutants/own-cases'
import type { ScriptMutant } from './mutants/script-mutant'
import { settleMutants } from './mutants/settle-mutants'
import { openClients } from './support/open-clients'

const mutants = [...claimMutants, ...settleMutants, ...otherMutants]

/** So that what is caught today is caught tomorrow, and silence is noticed soon. */
const terms = { property: { seed: 1 }, patienceMs: 500 }

/** The part of the contract that is likely to notice that a script is broken; the others are asked after it. */
const PARTS: Readonly<Record<string, string>> = {
  clock: 'the clock',
  complete: 'complete and fail',
  fail: 'complete and fail',
  delete: 'get and delete',
  get: 'get and delete',
  record: 'release',
  'save-step': 'saveStep',
}
const partOf = ({ script, bug }: ScriptMutant): string =>
  bug.endsWith('tells nobody') ? 'watch' : (PARTS[script] ?? script)

const server = serverOrSkip('a private Redis', await startPrivateRedis())

describe.skipIf(server === undefined)('scripts with one guard less', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const client = open(url)
  const subscriber = open(url)
  const caught: string[] = []
  let keys = 0

  /** What notices that a script is broken: the first case that fails. */
  async function firstFailure(mutant: ScriptMutant): Promise<string | undefined> {
    const broken = mutantClient(client, mutant)
    const own = new RedisStore(broken)
    for (const [name, run] of Object.entries(ownCases)) {
      try {
        await run({ store: own, client, key: `own:${++keys}` })
      } catch {
        return name
      }
    }
    const store = new RedisStore(broken, { prefix: 'conformance/', subscriber })
    const failures = storeFailures({ create: () => ({ store }), ...terms }, partOf(mutant))
    for await (const { about, name } of failures) {
      return `${about}: ${name}`
    }
    return undefined
  }

  afterAll(async () => {
    console.log([`${caught.length} of ${mutants.length} broken scripts are caught:`, ...caught].join('\n  '))
    await server?.stop()
  })

  test('are looked for in vain where nothing is broken', { timeout: 120_000 }, async () => {
    const whole = { ...(mutants[0] as ScriptMutant), bug: 'none' }
    expect(await firstFailure({ ...whole, replace: whole.find })).toBeUndefined()
  })

  const named = mutants.map((mutant) => [`${mutant.script}.lua: ${mutant.bug}`, mutant] as const)
  test.concurrent.for(named)('%s', { timeout: 120_000 }, async ([, mutant]) => {
    const failure = await firstFailure(mutant)
    expect(failure, 'no case notices').toBeDefined()
    caught.push(`${mutant.script}.lua: ${mutant.bug} (${failure})`)
  })
})
