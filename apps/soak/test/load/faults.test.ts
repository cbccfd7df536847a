import { expect, it } from 'vitest'
import { Faults } from '../../src/load/faults'

it('counts what went wrong in the same way together, whatever the key', () => {
  const faults = new Faults()
  for (const key of [1, 22]) faults.add('join', new Error(`soak:::redis-${key} is gone`))
  faults.add('lock', new Error('soak:::redis-3 is gone'))
  expect(faults.total).toBe(3)
  expect(faults.last).toBe('lock: Error: soak:::redis-3 is gone')
  expect(faults.tallies).toEqual([
    { scene: 'join', message: 'Error: soak:::redis-1 is gone', times: 2 },
    { scene: 'lock', message: 'Error: soak:::redis-3 is gone', times: 1 },
  ])
})

it('keeps no more than so many ways', () => {
  const faults = new Faults()
  for (let way = 0; way < 1000; way++) faults.add('join', new Error('x'.repeat(way)))
  expect(faults.total).toBe(1000)
  expect(faults.tallies.length).toBeLessThan(60)
})
