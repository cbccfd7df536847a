import { runLoad } from '../../src/load/run-load'

const kept: unknown[] = []
let leaks = 0
let isPlaying = true

/** At each look it forgets a few timers, a few watches, a few records that nobody removes, and some memory. */
void runLoad((load, { stores: [store] }) => ({
  begin: () => load.begin(),
  async look() {
    const never = new AbortController().signal
    for (let each = 0; isPlaying && each < 20; each++) {
      const key = `leak-${++leaks}`
      setTimeout(() => {}, 600_000).unref()
      await store.watch?.(key, () => {}, never)
      await load.cast.idem.run(key, () => 'kept', { retention: '1h' })
      kept.push(new Array(10_000).fill(leaks))
    }
    return load.look()
  },
  count: () => load.count(),
  async drain() {
    isPlaying = false
    await load.drain()
  },
  sweep: () => load.sweep(),
  close: () => load.close(),
  faults: () => load.faults(),
}))
