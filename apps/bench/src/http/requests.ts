import type { Contestant } from '../race/contestant'
import type { KeySource } from '../work/key-source'
import { settledKeys } from '../work/replay'
import { httpClient } from './http-client'
import { APPS, type AppName } from './order'
import type { Servers } from './servers'

/** So many connections at most: as many clients ask at a time. */
export const CONNECTIONS = 256

/** Each operation is a request with a key of its own, or one with a key that has its answer. */
export function requests(
  servers: Servers,
  app: AppName,
  keys: KeySource,
  kind: 'first' | 'replay',
): Contestant {
  return {
    name: APPS[app],
    async setup() {
      const { port } = await servers.of(app)
      const client = httpClient(port, CONNECTIONS)
      if (kind === 'first')
        return { operation: () => client.post(keys.next(), false), teardown: client.close }
      const next = await settledKeys((key) => client.post(key, false), keys)
      // The handler alone knows of no keys, and runs each time.
      const isKnown = !app.endsWith('-bare')
      return { operation: () => client.post(next(), isKnown), teardown: client.close }
    },
  }
}
