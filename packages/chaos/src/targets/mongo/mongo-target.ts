import { mongoDatabase, startMongo, startPrivateMongo, type TestServer } from '@idem/test-servers'
import { mongoBank } from '../../transfers/mongo/mongo-bank'
import type { BankTarget } from '../target'

/** MongoDB, which has on the disks of a majority what it has answered. Everything is kept in one database, that ends with the run. */
export const mongoTarget: BankTarget = {
  name: 'mongo',
  async start() {
    // It would keep transactions of dead processes for a minute, for which short runs have no time.
    const own = await startPrivateMongo({ args: ['--setParameter', 'transactionLifetimeLimitSeconds=3'] })
    if (!('reason' in own)) return { ...own, ...inDatabase(own) }
    const shared = await startMongo()
    return 'reason' in shared ? shared : { ...shared, ...inDatabase(shared), notKilled: own.reason }
  },
  pairs: {
    none: 'a replica set of one has nobody to take over',
  },
  worker: new URL('mongo-worker.ts', import.meta.url),
  bank: mongoBank,
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
