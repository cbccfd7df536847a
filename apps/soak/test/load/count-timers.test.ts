import { setTimeout as importedSetTimeout } from 'node:timers'
import { expect, it, onTestFinished } from 'vitest'
import { countTimers } from '../../src/load/count-timers'

it('counts timers that are set, until they ring or are cancelled, by whatever name they go', async () => {
  const { count, end } = countTimers()
  onTestFinished(end)
  const before = count()
  const cancelled = setTimeout(() => {}, 60_000)
  const unseen = setTimeout(() => {}, 60_000).unref()
  const repeated = setInterval(() => {}, 60_000)
  const imported = importedSetTimeout(() => {}, 60_000)
  expect(count() - before).toBe(4)

  await new Promise((resolve) => setTimeout(resolve, 1))
  expect(count() - before).toBe(4)

  clearTimeout(cancelled)
  clearTimeout(cancelled)
  clearTimeout(Number(unseen))
  clearInterval(repeated)
  expect(count() - before).toBe(1)
  clearTimeout(imported)
  expect(count() - before).toBe(0)
})
