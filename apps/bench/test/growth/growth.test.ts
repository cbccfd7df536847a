import { MemoryStore } from '@idem/core'
import { expect, it } from 'vitest'
import { type GrownStore, grownKey, settleOne } from '../../src/growth/grown-store'
import { type Ground, growth } from '../../src/growth/growth'
import { trialSettings } from '../support/trial-settings'

/** A ground in memory, where a record takes so many bytes. */
function ground(bytes = 100) {
  const log: string[] = []
  const counts: Record<string, number> = {}
  const grownStore = (name: string): GrownStore => {
    const store = new MemoryStore({ max: 1_000_000 })
    return {
      store,
      async fill(from, to, { filled }) {
        log.push(`${name} ${from}-${to}`)
        for (let number = from; number < to; number++) await settleOne(store, grownKey('mark', number))
        counts[name] = to
        filled(to)
      },
      settle: async () => void log.push(`${name} settled`),
      async forget(keys) {
        for (const key of keys) {
          expect((await store.get(key))?.state).toBe('running')
          await store.delete(key)
        }
      },
      space: async () => ({ taken: (counts[name] ?? 0) * bytes, free: 8 * 2 ** 30 }),
    }
  }
  const opened: Ground = {
    server: 'Memory 1.2',
    mark: 'mark',
    grown: grownStore('grown'),
    small: grownStore('small'),
    close: async () => void log.push('closed'),
  }
  return { log, open: async () => opened }
}

it('grows one store tenfold at a time, the other not, and measures at each size', async () => {
  const { log, open } = ground()
  const trial = growth({ name: 'memory', title: 'Memory', open, most: 100_000 })
  const { text, figures, plot } = await trial.run(trialSettings({ records: 10_000 }))
  expect(log).toEqual([
    'small 0-1000',
    'small settled',
    'grown 0-1000',
    'grown settled',
    'grown 1000-10000',
    'grown settled',
    'closed',
  ])
  expect(text).toMatch(/^Memory 1\.2\.\n\n/)
  expect(
    text
      .split('\n')
      .slice(4)
      .map((line) => line.split('|')[1]?.trim()),
  ).toEqual(['1,000', '10,000'])
  const { sizes } = figures as { sizes: { grown: unknown[]; small: unknown[] }[] }
  for (const { grown, small } of sizes) expect([grown.length, small.length]).toEqual([5, 5])
  expect(plot?.name).toBe('growth-memory')
  expect(plot?.svg).toContain('10,000')
})

it('ends at what the kind of store is for', async () => {
  const { log, open } = ground()
  await growth({ name: 'memory', title: 'Memory', open, most: 1000 }).run(trialSettings({ records: 10_000 }))
  expect(log).not.toContain('grown 1000-10000')
})

it('leaves out what the machine has no room for, and says so', async () => {
  const { open } = ground(2 ** 20)
  const trial = growth({ name: 'memory', title: 'Memory', open, most: 100_000 })
  const { text } = await trial.run(trialSettings({ records: 100_000 }))
  expect(text).toMatch(/\nWithout 10,000 records: they would take some 8\.8 GiB, and 8\.0 GiB are free\.$/)
})

it('ends when it is told to, and closes what it has opened', async () => {
  const { log, open } = ground()
  const signal = AbortSignal.abort(new Error('ended'))
  await expect(
    growth({ name: 'memory', title: '', open, most: 1000 }).run(trialSettings({ signal })),
  ).rejects.toThrow('ended')
  expect(log.at(-1)).toBe('closed')
})

it('fails where a replay is none', async () => {
  const { open } = ground()
  const forgetful = async () => {
    const opened = await open()
    const { fill } = opened.grown
    return {
      ...opened,
      grown: {
        ...opened.grown,
        fill: async (from: number, to: number, filling: Parameters<typeof fill>[2]) => {
          await fill(from, to, filling)
          for (let number = 0; number < to; number += 2)
            await opened.grown.store.delete(grownKey('mark', number))
        },
      },
    }
  }
  const trial = growth({ name: 'memory', title: '', open: forgetful, most: 1000 })
  await expect(trial.run(trialSettings())).rejects.toThrow('is acquired, and not settled')
})
