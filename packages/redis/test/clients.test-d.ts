import type { Cluster, Redis } from 'ioredis'
import type { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { expectTypeOf, test } from 'vitest'
import type { RedisClient } from '../src/index'

test('clients of ioredis 5 and 6 are clients, whatever their replies', () => {
  expectTypeOf<Redis>().toExtend<RedisClient>()
  expectTypeOf<Redis<'resp3'>>().toExtend<RedisClient>()
  expectTypeOf<Cluster>().toExtend<RedisClient>()
  expectTypeOf<Redis5>().toExtend<RedisClient>()
  expectTypeOf<Cluster5>().toExtend<RedisClient>()
})

test('anything else is none', () => {
  expectTypeOf<object>().not.toExtend<RedisClient>()
  expectTypeOf<string>().not.toExtend<RedisClient>()
})
