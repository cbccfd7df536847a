import { lockStoreFailures } from '@idem/conformance'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, describe, expect, test } from 'vitest'
import { RedisLockStore } from '../src/index'
import { lockMutants } from './mutants/lock-mutants'
import { mutantClient } from './mutants/mutant-client'
import { ownLockCases } from './mutants/own-lock-cases'
import type { ScriptMutant } from './mutants/script-mutant'
import { openClients } from './support/open-clients'

/** So that what is caught today is caught tomorrow, and silence is noticed soon. */
const terms = { property: { seed: 1 }, patienceMs: 500 }

const server = serverOrSkip('a private Redis', await startPrivateRedis())

describe.skipIf(server === undefined)('scripts of locks with one guard less', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const client = open(url)
  const subscriber = open(url)
  const caught: string[] = []
  let names = 0

  /** What notices that a script is broken: the first case that fails. */
  async function firstFailure(mutant: ScriptMutant): Promise<string | undefined> {
    const broken = mutantClient(client, mutant)
    const own = new RedisLockStore(broken, { prefix: '' })
    for (const [name, run] of Object.entries(ownLockCases)) {
      try {
        await run({ store: own, client, name: `own:${++names}` })
      } catch {
        return name
      }
    }
    const store = new RedisLockStore(broken, { prefix: 'conformance/', subscriber })
    for await (const { about, name } of lockStoreFailures({ create: () => ({ store }), ...terms })) {
      return `${about}: ${name}`
    }
    return undefined
  }

  afterAll(async () => {
    console.log(
      [`${caught.length} of ${lockMutants.length} broken scripts of locks are caught:`, ...caught].join(
        '\n  ',
      ),
    )
    await server?.stop()
  })

  test('are looked for in vain where nothing is broken', { timeout: 120_000 }, async () => {
    const whole = { ...(lockMutants[0] as ScriptMutant), bug: 'none' }
    expect(await firstFailure({ ...whole, replace: whole.find })).toBeUndefined()
  })

  const named = lockMutants.map((mutant) => [`${mutant.script}.lua: ${mutant.bug}`, mutant] as const)
  test.concurrent.for(named)('%s', { timeout: 60_000 }, async ([, mutant]) => {
    const failure = await firstFailure(mutant)
    expect(failure, 'no case notices').toBeDefined()
    caught.push(`${mutant.script}.lua: ${mutant.bug} (${failure})`)
  })
})
