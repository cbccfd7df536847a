import { describe, inject } from 'vitest'
import { describeCommands } from './support/describe-commands'
import { openRedis } from './support/opened'

const url = inject('redisUrl')

describe.skipIf(url === undefined)('with Redis', () => {
  describeCommands('Redis', () => openRedis(url as string))
})
