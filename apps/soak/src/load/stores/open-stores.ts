import type { StoreName } from '../../order'
import { openMemoryStores } from './memory-stores'
import { openMongoStores } from './mongo-stores'
import type { OpenStores } from './opened-stores'
import { openPostgresStores } from './postgres-stores'
import { openRedisStores } from './redis-stores'

export const openStores: Readonly<Record<StoreName, OpenStores>> = {
  memory: openMemoryStores,
  redis: openRedisStores,
  postgres: openPostgresStores,
  mongo: openMongoStores,
}
