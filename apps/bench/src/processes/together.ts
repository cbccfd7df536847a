import type { Meter } from './meter'
import type { TurnDone, TurnOrder } from './order'
import type { WorkerProcess } from './worker-process'

/** What all processes did in one turn. */
export interface Together {
  /** Calls a second, of all of them. */
  readonly rate: number
  /** What one call cost the server, and the processes that made it, in µs of a processor. */
  readonly server: number
  readonly clients: number
  /** How many keys were called by all at once, how often their handlers ran, and how many keys had more than one answer. */
  readonly keys: number
  readonly runs: number
  readonly torn: number
}

/** Lets processes have their turn at the same time. */
export async function together(
  processes: readonly WorkerProcess[],
  meter: Meter,
  order: TurnOrder,
): Promise<Together> {
  const ownBefore = process.cpuUsage()
  const before = await meter.read()
  const done = await Promise.all(processes.map((each) => each.turn(order)))
  const counted = (await meter.read()) - before
  const { user, system } = process.cpuUsage(ownBefore)
  const clients = sum(done.map(({ cpuMicros }) => cpuMicros))
  const server = meter.counts === 'the server' ? counted : Math.max(counted - clients - user - system, 0)
  const calls = sum(done.map((each) => each.calls))
  return {
    rate: sum(done.map(({ rate }) => rate)),
    server: server / calls,
    clients: clients / calls,
    runs: sum(done.map(({ runs }) => runs)),
    ...answersOf(done),
  }
}

/** The same key has the same place in everyone's list; who was slower has not come to the last of them. */
function answersOf(done: readonly TurnDone[]): Pick<Together, 'keys' | 'torn'> {
  const keys = Math.max(...done.map(({ answers }) => answers.length))
  let torn = 0
  for (let key = 0; key < keys; key++) {
    const given = new Set(done.map(({ answers }) => answers[key]).filter((answer) => answer !== undefined))
    if (given.size !== 1 || [...given][0]?.includes(',')) torn++
  }
  return { keys, torn }
}

const sum = (figures: readonly number[]): number => figures.reduce((total, figure) => total + figure, 0)
