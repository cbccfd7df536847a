import { must } from '../faults'
import type { Ledger } from '../stores/opened-stores'
import { firstRun } from './answers'
import { type Act, refusalOf } from './scene'

/** Transactions of two processes write one line, and answer alike. Some roll back at first. */
export const transact: Act = async (scene, cast) => {
  const { ledger } = cast
  if (ledger === undefined) return firstRun(scene, cast)
  const { key, answer } = scene
  if (scene.random.chance(0.25)) await rollBack(ledger, key)
  const body = async (write: () => Promise<void>) => {
    await write()
    return answer
  }
  const calls = ([0, 1, 1] as const).map((by) => ledger.transact(by, key, body))
  for (const value of await Promise.all(calls)) scene.mustBeAnswer(value)
  const lines = await ledger.take(key)
  must(lines === 1, () => `there are ${lines} lines`)
}

async function rollBack(ledger: Ledger, key: string): Promise<void> {
  const error = new Error('no')
  const given = await refusalOf(
    ledger.transact(0, key, async (write) => {
      await write()
      throw error
    }),
  )
  must(given === error, () => `the caller got ${String(given)}`)
  const lines = await ledger.take(key)
  must(lines === 0, () => `${lines} lines were not rolled back`)
}
