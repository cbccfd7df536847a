import type { Figures } from '../results/figures'
import { RunFailed } from './run'

/** What tests print last, each time that they are run: `N passed, N failed, N skipped`. */
export function readCounts(printed: string): Figures {
  const counts = [...printed.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)]
  if (counts.length === 0) throw new RunFailed('no tests were counted')
  const sum = (column: number) => counts.reduce((total, count) => total + Number(count[column]), 0)
  if (sum(2) > 0) throw new RunFailed(`${sum(2)} tests failed`)
  return { passed: sum(1), failed: 0, skipped: sum(3), times: counts.length }
}

/** What tests print when they are run on one version after another, under the version's name. */
export function readVersions(printed: string, version: RegExp): Figures {
  const [, ...parts] = printed.split(/^Tests on /m)
  const counted = parts.map((part) => {
    const name = version.exec(part)?.[0]
    if (name === undefined) throw new RunFailed(`a version that is none: ${part.slice(0, 60)}`)
    return [name, readCounts(part)] as const
  })
  if (counted.length === 0) throw new RunFailed('nothing was run on any version')
  return {
    versions: counted.map(([name]) => name).join(', '),
    // In the same order.
    passed: counted.map(([, { passed }]) => Number(passed).toLocaleString('en-US')).join(', '),
    by: Object.fromEntries(counted),
  }
}

/** The table that the model's checker prints: each search, and what it found. */
export function readModel(printed: string): Figures {
  const rows = [...printed.matchAll(/^(\S.*?) {2,}([\d,]+) +(\d+) +([\d.]+) {2}(.*)$/gm)]
  const searches = rows.map(([, name = '', states = '', , , result = '']) => ({
    name,
    states: Number(states.replaceAll(',', '')),
    result,
  }))
  const holds = searches.filter(({ result }) => result === 'holds')
  const found = searches.filter(({ result }) => result.startsWith('found'))
  if (holds.length + found.length < searches.length || holds.length === 0) {
    throw new RunFailed('a search of the model did not end as it should')
  }
  return {
    holds: holds.length,
    found: found.length,
    most: Math.max(...holds.map(({ states }) => states)),
    states: Object.fromEntries(searches.map(({ name, states }) => [name, states])),
  }
}

/** How long the demo took to answer, and what three payments with one token came to. */
export function readNewcomer(printed: string): Figures {
  const [, demo, redis, orders, charges] =
    /^the demo answered after (\d+) s; .* after (\d+) s: (\d+) order, (\d+) charge$/m.exec(printed) ?? []
  if (orders !== '1' || charges !== '1')
    throw new RunFailed('a payment sent three times was not one order and one charge')
  return { demo: Number(demo), redis: Number(redis), orders: 1, charges: 1 }
}
