import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { REPOSITORY } from '../src/pages'

const read = (file: string): string => readFileSync(join(REPOSITORY, file), 'utf8')
const names = (text: string): string[] => [...new Set(text.match(/\bidem_[a-z_]+/g))].sort()

it('alerts are on metrics and attributes that the dashboard shows', () => {
  const shown = names(read('docs/grafana/idem.json'))
  const alerted = names(read('docs/operating.md'))
  expect(alerted.length).toBeGreaterThan(5)
  expect(alerted.filter((name) => !shown.includes(name))).toEqual([])
})

it('figures of rooms and growth are those that were measured', () => {
  const evidence = read('docs/evidence.md')
  for (const figure of ['344 bytes', 'a document of 485 bytes']) expect(evidence).toContain(figure)
  const { growth } = JSON.parse(read('docs/evidence/bench-growth.json')).figures
  const [postgres, redis, mongo] = ['postgres', 'redis', 'mongo'].map((store) => growth[store]['10000000'])
  const told = read('docs/operating.md').replaceAll('\n', ' ')
  expect(told).toContain(
    `a claim took ${postgres.claim} times as long on PostgreSQL, ${redis.claim} times on Redis and ${mongo.claim} times on MongoDB, ` +
      `and a replay ${postgres.replay}, ${redis.replay} and ${mongo.replay} times`,
  )
  const records = 100 * 24 * 60 * 60
  for (const shown of [records / 1e6, (records * 344) / 1e9, (records * 485) / 1e9])
    expect(read('docs/operating.md')).toContain(shown.toFixed(1))
})
