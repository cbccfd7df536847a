import { mongoTarget } from './mongo/mongo-target'
import { postgresTarget } from './postgres/postgres-target'
import { redisTarget } from './redis/redis-target'
import type { Target } from './target'

/** What chaos can be made of, by name. */
export const targets: ReadonlyMap<string, Target> = new Map(
  [redisTarget, postgresTarget, mongoTarget].map((target) => [target.name, target]),
)
