import { expect, it } from 'vitest'
import type { Meter } from '../../src/processes/meter'
import type { TurnDone, TurnOrder } from '../../src/processes/order'
import { together } from '../../src/processes/together'
import type { WorkerProcess } from '../../src/processes/worker-process'

const order: TurnOrder = { kind: 'duplicates', inFlight: 1, turnMs: 1, from: 0 }

const worker = (done: Partial<TurnDone>): WorkerProcess => ({
  pid: 0,
  turn: async () => ({ calls: 10, rate: 100, cpuMicros: 50, runs: 0, answers: [], ...done }),
  stop: async () => {},
})

/** Says so much more each time. */
const meter = (micros: number, counts: Meter['counts'] = 'the server'): Meter => {
  let read = 0
  return { counts, read: async () => micros * read++ }
}

it('adds up what processes did, and deals out what it cost', async () => {
  const { rate, server, clients } = await together([worker({}), worker({ calls: 30 })], meter(400), order)
  expect({ rate, server, clients }).toEqual({ rate: 200, server: 10, clients: 2.5 })
})

it("takes the clients' part out of what the whole machine did", async () => {
  const second = 1e6
  const { server } = await together([worker({ cpuMicros: second })], meter(3 * second, 'the machine'), order)
  // Less what this process has used itself.
  expect(server).toBeLessThanOrEqual(200_000)
  expect(server).toBeGreaterThan(100_000)
})

it.each([
  ['the same', ['0-0', '1-0'], ['0-0', '1-0'], 0],
  ['fewer keys of one who was slower', ['0-0', '1-0'], ['0-0'], 0],
  ['two answers in two processes', ['0-0', '1-0'], ['0-0', '0-1'], 1],
  ['two answers in one process', ['0-0, 0-1'], ['0-0, 0-1'], 1],
])('counts keys that had more than one answer: %s', async (_, one, other, torn) => {
  const done = await together(
    [worker({ answers: one, runs: 1 }), worker({ answers: other })],
    meter(1),
    order,
  )
  expect(done).toMatchObject({ keys: one.length, runs: 1, torn })
})
