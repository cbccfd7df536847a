import type { StoreName } from '../order'
import type { Ground } from './ground'
import { memoryGround } from './memory-ground'
import { mongoGround } from './mongo-ground'
import { postgresGround } from './postgres-ground'
import { redisGround } from './redis-ground'

export const grounds: Readonly<Record<StoreName, () => Promise<Ground>>> = {
  memory: memoryGround,
  redis: redisGround,
  postgres: postgresGround,
  mongo: mongoGround,
}
