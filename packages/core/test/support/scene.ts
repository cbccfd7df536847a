import type { Store } from '../../src/contracts/store'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import type { IdemEvent } from '../../src/observer'
import type { AttemptOptions, IdemOptions } from '../../src/options/options'
import { FaultyStore } from './faulty-store'
import { VirtualRuntime } from './virtual-runtime'

type ProcessOptions = AttemptOptions &
  Pick<IdemOptions, 'namespace' | 'cache' | 'observer'> & {
    /** Whether the store tells of changes, or waiters have to poll. */
    readonly watch?: boolean
  }

/** One store, and any number of processes, each with a connection of its own; time stands until a test moves it. */
export function scene(records: (clock: () => number) => Store = (clock) => new MemoryStore({ clock })) {
  const time = new VirtualRuntime()
  const shared = records(time.clock)
  const process = ({ watch = true, ...options }: ProcessOptions = {}) => {
    const store = new FaultyStore(shared, { watch })
    const events: IdemEvent[] = []
    const idem = new Idem({ observer: (event) => events.push(event), ...options, store, runtime: time })
    return { idem, store, events, told: () => events.map(({ type }) => type) }
  }
  return { time, records: shared, process }
}
