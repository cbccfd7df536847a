import { RedisStore } from '@idem/redis'
import type { OpenedStore } from '../work/idem'
import { connect } from './connect'

/** As a service would have it: one connection for commands, one on which waiters are woken. */
export async function openRedisStore(url: string): Promise<OpenedStore> {
  const [client, subscriber] = await Promise.all([connect(url), connect(url)])
  return {
    store: new RedisStore(client, { subscriber }),
    async close() {
      client.disconnect()
      subscriber.disconnect()
    },
  }
}
