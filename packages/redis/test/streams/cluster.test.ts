import { serverOrSkip, startRedisCluster } from '@idem/test-servers'
import type { Redis } from 'ioredis'
import { afterAll, describe, expect, test } from 'vitest'
import { until } from '../support/gate'
import { openClusterClients } from '../support/open-cluster'
import { streamScene } from './stream-scene'

const cluster = serverOrSkip('a Redis Cluster', await startRedisCluster())

describe.skipIf(cluster === undefined)('on a cluster of three nodes', () => {
  const open = openClusterClients(cluster)
  afterAll(() => cluster?.stop())

  test('messages are applied, die and are replayed', async () => {
    // As far as streams go, a Cluster has the methods of a Redis.
    const scene = streamScene(() => open() as unknown as Redis, '')
    const { consumer, publish, applied, letters, pending, end } = scene
    let isMended = false
    consumer({
      consume: {
        attempts: 2,
        handler: ({ id }) => {
          if (id === 'poison' && !isMended) throw new Error('not yet')
          applied.push(id as string)
        },
      },
    })
    for (const id of ['a', 'a', 'poison', 'b']) await publish(id)
    await until('the others are applied', () => applied.length === 2)
    await until('it is dead', async () => (await letters.page()).letters.length === 1)
    isMended = true
    const [letter] = (await letters.page()).letters
    expect(await letters.replay(letter?.id as string)).toBe(true)
    await until('it is applied', () => applied.length === 3)
    await until('nothing is pending', async () => (await pending()) === 0)
    await end()
    expect([...applied].sort()).toEqual(['a', 'b', 'poison'])
  })
})
