import { randomUUID } from 'node:crypto'
import { inject, onTestFinished } from 'vitest'
import type { Broker } from '../../src/queue/broker'
import { MemoryBroker } from '../../src/queue/memory-broker'
import { RedisBroker } from '../../src/queue/redis-broker'

/** A broker on a server that other tests use as well. */
export interface UsableBroker {
  readonly title: string
  /** `undefined` where the tests of it are to be skipped. */
  readonly url: string | undefined
  /**
   * A place of a test's own. Each that is opened there is a process as far as the others can tell; closed when it ends.
   *
   * @param silenceMs - after which one is taken for dead: 1000, for the sake of tests, unless said
   */
  place(silenceMs?: number): () => Promise<Broker>
}

export const memoryBroker: UsableBroker = {
  title: 'memory',
  url: '',
  place() {
    const broker = new MemoryBroker()
    onTestFinished(() => broker.close())
    return async () => broker
  },
}

export const redisBroker = (url: string | undefined): UsableBroker => ({
  title: 'Redis',
  url,
  place(silenceMs = 1000) {
    const prefix = `test:${randomUUID()}:`
    return async () => {
      const broker = await RedisBroker.open(url ?? '', { prefix, silenceMs })
      onTestFinished(() => broker.close())
      return broker
    }
  },
})

export const everyBroker = (): UsableBroker[] => [memoryBroker, redisBroker(inject('redisUrl'))]
