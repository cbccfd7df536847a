import { expect, test } from 'vitest'
import { Gate } from '../../src/payment/gate'

const full = async () => 'full'

function work() {
  let end = (_value: string) => {}
  let fail = (_error: Error) => {}
  const done = new Promise<string>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  return { done: () => done, end, fail }
}

test('a gate lets in as many as there is room for', async () => {
  const gate = new Gate(2)
  const [one, two] = [work(), work()]
  const inside = [gate.pass(one.done, full), gate.pass(two.done, full)]
  expect(gate.inside).toBe(2)
  expect(await gate.pass(async () => 'in', full)).toBe('full')
  one.end('one')
  expect(await inside[0]).toBe('one')
  expect(await gate.pass(async () => 'in', full)).toBe('in')
  two.end('two')
  expect(await inside[1]).toBe('two')
  expect(gate.inside).toBe(0)
})

test('who must be let in takes up room, though there was none', async () => {
  const gate = new Gate(1)
  const [one, two] = [work(), work()]
  const inside = [gate.pass(one.done, full), gate.admit(two.done)]
  expect(gate.inside).toBe(2)
  one.end('one')
  await inside[0]
  expect(await gate.pass(async () => 'in', full)).toBe('full')
  two.end('two')
  expect(await inside[1]).toBe('two')
  expect(await gate.pass(async () => 'in', full)).toBe('in')
})

test('who fails inside has left', async () => {
  const gate = new Gate(1)
  const one = work()
  const inside = gate.pass(one.done, full)
  one.fail(new Error('no'))
  await expect(inside).rejects.toThrow('no')
  expect(gate.inside).toBe(0)
})

test('who was not let in does not free the place of another', async () => {
  const gate = new Gate(1)
  const one = work()
  const inside = gate.pass(one.done, full)
  await gate.pass(async () => 'in', full)
  expect(gate.inside).toBe(1)
  one.end('one')
  await inside
})

test('a gate is idle as soon as the last has left, and not before', async () => {
  const gate = new Gate(2)
  await gate.idle()
  const [one, two] = [work(), work()]
  const inside = [gate.pass(one.done, full), gate.pass(two.done, full)]
  let idle = false
  const told = gate.idle().then(() => {
    idle = true
  })
  one.end('one')
  await inside[0]
  expect(idle).toBe(false)
  two.end('two')
  await told
  expect(gate.inside).toBe(0)
})
