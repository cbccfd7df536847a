import { readFileSync } from 'node:fs'
import { Random } from '@idem/harness'
import { expect, it } from 'vitest'
import { MIX, pickPart } from '../../src/load/mix/mix'

it('is what the README says that it is', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| ([a-z ]+) \| (\d+) \| [a-z]/gm)]
  const scenes = rows.flatMap(([, name, share]) => (name === undefined ? [] : [[name, Number(share)]]))
  expect(scenes).toEqual(MIX.map(({ name, share }) => [name, share]))
  expect(MIX.reduce((sum, { share }) => sum + share, 0)).toBe(100)
})

it('has each part as often as its share, and the same ones for the same seed', () => {
  const pickAll = () =>
    Array.from({ length: 20_000 }, (_, index) => pickPart(new Random(`store-1-${index}`)).name)
  const picked = pickAll()
  expect(pickAll()).toEqual(picked)
  for (const { name, share } of MIX) {
    const times = picked.filter((each) => each === name).length
    expect({ name, isRight: Math.abs(times / 200 - share) < 1 }).toEqual({ name, isRight: true })
  }
})
