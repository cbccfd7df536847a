import { setTimeout as sleep } from 'node:timers/promises'
import { Idem } from '@idem/core'
import { openMongoStore } from '../mongo/open-mongo-store'
import { openPostgresStore } from '../postgres/open-postgres-store'
import { turn } from '../race/turn'
import { openRedisStore } from '../redis/open-redis-store'
import { ANSWER, type Answer, answering } from '../work/answer'
import type { OpenedStore } from '../work/idem'
import { keySource } from '../work/key-source'
import { settledKeys } from '../work/replay'
import type { Kind, TurnDone, TurnOrder, WorkerOrder } from './order'

/** One of several that work on the same store, each with an Idem and connections of its own. */
export interface Worker {
  turn(order: TurnOrder): Promise<TurnDone>
  close(): Promise<void>
}

/** Of each key that all call at once, how many calls one process makes, and how long its handler takes. */
const CALLERS = 2
const WORK_MS = 5

/** Where the keys begin that have their answer, and are those of all processes; and those that one process has for itself. */
const SHARED_FROM = 1e12
const OWN_FROM = 1e13

/** The operation of a kind, and what it has counted. */
interface Work {
  readonly operation: () => Promise<unknown>
  readonly runs: () => number
  readonly answers: readonly string[]
}

/** Resolves when the shared keys have their answer. */
export async function openWorker(order: WorkerOrder): Promise<Worker> {
  const { mark, worker } = order
  const { store, close } = await openStore(order)
  const idem = new Idem({ store })
  const own = keySource(mark, OWN_FROM * (worker + 1))
  const nextShared = await settledKeys((key) => idem.run(key, answering), keySource(mark, SHARED_FROM))
  // Each process is elsewhere among them.
  for (let passed = 0; passed < worker * 127; passed++) nextShared()

  const works: Record<Kind, (from: number) => Work> = {
    first() {
      let runs = 0
      const handler = () => {
        runs++
        return answering()
      }
      return { operation: () => idem.run(own.next(), handler), runs: () => runs, answers: [] }
    },
    replay: () => ({ operation: () => idem.run(nextShared(), runsAgain), runs: () => 0, answers: [] }),
    duplicates(from) {
      const keys = keySource(mark, from)
      let calls = 0
      let key = ''
      let runs = 0
      const answers: string[] = []
      const handler = async (): Promise<Answer> => {
        const run = `${worker}-${runs++}`
        await sleep(WORK_MS)
        return { ...ANSWER, run }
      }
      const operation = async () => {
        const index = Math.floor(calls / CALLERS)
        if (calls++ % CALLERS === 0) key = keys.next()
        const run = String((await idem.run(key, handler))['run'])
        const other = answers[index] ?? run
        answers[index] = other === run ? run : `${other}, ${run}`
      }
      return { operation, runs: () => runs, answers }
    },
  }

  return {
    async turn({ kind, inFlight, turnMs, from }) {
      const { operation, runs, answers } = works[kind](from)
      let calls = 0
      const counted = () => operation().then(() => calls++)
      const before = process.cpuUsage()
      const rate = await turn(counted, { inFlight, turnMs, callsPerLook: 1 })
      const { user, system } = process.cpuUsage(before)
      return { calls, rate, cpuMicros: user + system, runs: runs(), answers }
    },
    close,
  }
}

async function runsAgain(): Promise<Answer> {
  throw new Error('the handler ran for a key that has its answer')
}

function openStore({ store, url, schema }: WorkerOrder): Promise<OpenedStore> {
  if (store === 'redis') return openRedisStore(url)
  return store === 'postgres' ? openPostgresStore({ url, schema }) : openMongoStore({ url })
}
