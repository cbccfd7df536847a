import { growth as trial } from '../growth/growth'
import { mongoGround } from '../growth/mongo-ground'
import { postgresGround } from '../growth/postgres-ground'
import { redisGround } from '../growth/redis-ground'
import type { Program } from '../program'

/** Servers are started by each trial, and end with it: they are full by then. */
export const growth: Program = {
  name: 'growth',
  title: 'Growth',
  async open() {
    return {
      trials: [
        trial({ name: 'postgres', title: 'PostgreSQL', open: postgresGround, most: 10_000_000 }),
        trial({ name: 'redis', title: 'Redis', open: redisGround, most: 10_000_000 }),
        trial({ name: 'mongo', title: 'MongoDB', open: mongoGround, most: 10_000_000 }),
      ],
      close: async () => {},
    }
  },
}
