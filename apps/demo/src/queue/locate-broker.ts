import { StartError } from '../start-error'
import { redis } from '../stores/redis/redis'
import type { StorePlace } from '../stores/store-kind'
import type { StoreName } from '../stores/stores'
import type { BrokerName, BrokerPlace } from './brokers'

/** What is set that matters here. */
export interface QueueSettings {
  readonly queue: BrokerName | 'auto'
  readonly store: StoreName
  readonly processes: number
}

export interface LocatedBroker extends BrokerPlace, StorePlace {
  /** For people: completes the sentence "Paid orders are queued …". */
  readonly described: string
}

/**
 * Finds the server of the queue, or starts one; called once. The Redis that keeps the records keeps the queue as well.
 *
 * @throws StartError if it is to be Redis, and there is none and none can be started
 */
export async function locateBroker(
  { queue, store, processes }: QueueSettings,
  records: StorePlace,
  env: NodeJS.ProcessEnv,
): Promise<LocatedBroker> {
  const needsRedis = store === 'redis' || Boolean(env['REDIS_URL']) || processes > 1
  const name = queue !== 'auto' ? queue : needsRedis ? 'redis' : 'memory'
  if (name === 'off') return nowhere('nowhere, and nobody gets points for them (--queue off)')
  if (name === 'memory') {
    return { name, url: '', described: 'in the memory of this process, and gone with it', close: nothing }
  }
  if (store === 'redis') return { name, url: records.url, described: records.described, close: nothing }
  try {
    return { name, ...(await redis.locate(env)) }
  } catch (error) {
    // Nobody has asked for it: the payment service does without.
    if (queue === 'auto' && !env['REDIS_URL'] && error instanceof StartError) {
      return nowhere(
        'nowhere, for several processes need Redis for that, and there is none (--queue redis tells why)',
      )
    }
    throw error
  }
}

const nowhere = (described: string): LocatedBroker => ({ name: 'off', url: '', described, close: nothing })

async function nothing(): Promise<void> {}
