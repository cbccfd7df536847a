// A process of the shop that consumes paid orders, and stays for ever when it has given the points of a certain one: before
// it could say so.
import { Idem } from '@idem/core'
import { RedisBroker } from '../../src/queue/redis-broker'
import { queue } from '../../src/scenarios/queue'
import { redis } from '../../src/stores/redis/redis'
import type { Table, Tables } from '../../src/stores/table'
import { HeldGateway } from '../support/held-gateway'

const [url = '', prefix = '', stuckAt] = process.argv.slice(2)
const opened = await redis.open(url, () => {})
const broker = await RedisBroker.open(url, { prefix, silenceMs: 1000 })
const tables: Tables = <Row>(name: string): Table<Row> => {
  const table = opened.tables<Row>(name)
  return {
    get: (id) => table.get(id),
    list: (query) => table.list(query),
    replace: (id, version, row) => table.replace(id, version, row),
    async insert(id, row) {
      const inserted = await table.insert(id, row)
      if ((row as { order?: string }).order === stuckAt) {
        console.log('stuck')
        await new Promise(() => {})
      }
      return inserted
    },
  }
}
queue(
  {
    idem: new Idem({ store: opened.store, namespace: 'shop', lease: '1s' }),
    tables,
    locks: opened.locks,
    gateway: new HeldGateway(),
    publisher: broker,
  },
  { broker },
)
