import { mongoDatabase, startMongo, startPrivateMongo, type TestServer } from '@idem/test-servers'
import type { Target } from '../target'

/** MongoDB, which has on the disks of a majority what it has answered. Everything is kept in one database, that ends with the run. */
export const mongoTarget: Target = {
  name: 'mongo',
  async start() {
    const own = await startPrivateMongo()
    if (!('reason' in own)) return { ...own, ...inDatabase(own) }
    const shared = await startMongo()
    return 'reason' in shared ? shared : { ...shared, ...inDatabase(shared), notKilled: own.reason }
  },
  worker: new URL('mongo-worker.ts', import.meta.url),
}

function inDatabase({ url: serverUrl, stop }: TestServer): Pick<TestServer, 'url' | 'stop'> {
  const { url, drop } = mongoDatabase(serverUrl)
  return {
    url,
    async stop() {
      try {
        await drop()
      } finally {
        await stop()
      }
    },
  }
}
