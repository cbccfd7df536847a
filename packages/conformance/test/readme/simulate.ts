import { replay, simulate } from '@idem/conformance'
import { MyStore } from './my-store'

const store = (clock: () => number) => new MyStore({ clock })
const { histories, violations } = await simulate({
  store,
  exhaustive: { faults: 1, maxHistories: 20 },
  random: { histories: 50, seed: 1 },
})

console.log(`${histories} histories, ${violations.length} broke the promise`)
for (const { seed } of violations) console.error((await replay(seed, { store })).history)
