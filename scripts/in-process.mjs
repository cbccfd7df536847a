/** What a call costs in this process: rounds in turn, medians, and the ratio to a bare async call of the same run. */
import { Idem, MemoryStore } from '../packages/core/dist/index.js'

const ROUNDS = 7
const CALLS = 50_000

const handler = async () => ({ ok: true })
const once = new Idem({ store: new MemoryStore({ max: 10_000 }) })
const replaying = new Idem({ store: new MemoryStore() })
const caching = new Idem({ store: new MemoryStore(), cache: { max: 10, maxAge: '1h' } })

let key = 0
const subjects = {
  'a bare async call': handler,
  'a first run': () => once.run(`key-${key++}`, handler),
  'a replay': () => replaying.run('key', handler),
  'a replay from the local cache': () => caching.run('key', handler),
}

const median = (figures) => figures.sort((one, other) => one - other)[Math.floor(figures.length / 2)]
const figures = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]))

for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, call] of Object.entries(subjects)) {
    const startedAt = performance.now()
    for (let made = 0; made < CALLS; made++) await call()
    // The first round only warms up.
    if (round > 0) figures[name].push(((performance.now() - startedAt) / CALLS) * 1000)
  }
}

const bare = median(figures['a bare async call'])
console.table(
  Object.entries(figures).map(([what, all]) => {
    const µs = median(all)
    return { what, µs: Number(µs.toFixed(2)), 'to a bare call': Number((µs / bare).toFixed(1)) }
  }),
)
