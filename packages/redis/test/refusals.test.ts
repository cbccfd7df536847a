import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, describe, expect, test } from 'vitest'
import { RedisStore } from '../src/index'
import { failsAndRecovers } from './support/broken-server'
import { until } from './support/gate'
import { openClients } from './support/open-clients'
import { aClaim, aCompletion } from './support/requests'

const server = serverOrSkip('a private Redis', await startPrivateRedis())

describe.skipIf(server === undefined)('a server that answers and refuses', () => {
  const url = server?.url ?? ''
  const open = openClients()
  const client = open(url)
  const operator = open(url)
  const set = (option: string, value: string | number) => operator.config('SET', option, value)

  afterAll(() => server?.stop())

  test('because it is a replica: READONLY', () =>
    failsAndRecovers({
      client,
      says: /READONLY.*connect to the primary/,
      cause: /^READONLY/,
      spoil: () => operator.replicaof('127.0.0.1', 1),
      heal: () => operator.replicaof('NO', 'ONE'),
    }))

  test('because it is a replica: the driver hears of it, also where a command was for many keys', async () => {
    const told: string[] = []
    const failedOver = open(url, {
      reconnectOnError(error) {
        told.push(error.message)
        return false
      },
    })
    const store = new RedisStore(failedOver)
    const claims = Array.from({ length: 9 }, (_, i) => aClaim(`moved ${i}`))
    const outcomesOf = (calls: Promise<unknown>[]) =>
      Promise.allSettled(calls).then((all) => new Set(all.map(({ status }) => status)))
    expect(await outcomesOf(claims.map((claim) => store.claim(claim)))).toEqual(new Set(['fulfilled']))
    await operator.replicaof('127.0.0.1', 1)
    const completions = claims.map((claim) => store.complete(aCompletion(claim)))
    expect(await outcomesOf(completions)).toEqual(new Set(['rejected']))
    expect(told).toEqual(Array(2).fill(expect.stringMatching(/^READONLY/)))
    // Claimed again by their owners, and claimed anew.
    expect(await outcomesOf(claims.map((claim) => store.claim(claim)))).toEqual(new Set(['rejected']))
    expect(told).toHaveLength(4)
    const more = Array.from({ length: 9 }, (_, i) => store.claim(aClaim(`new ${i}`)))
    expect(await outcomesOf(more)).toEqual(new Set(['rejected']))
    expect(told).toHaveLength(6)
    await operator.replicaof('NO', 'ONE')
    expect(await outcomesOf(claims.map((claim) => store.complete(aCompletion(claim))))).toEqual(
      new Set(['fulfilled']),
    )
  })

  test('because its memory is full: OOM', () =>
    failsAndRecovers({
      client,
      says: /OOM.*raise maxmemory/,
      cause: /^OOM/,
      spoil: () => set('maxmemory', 1),
      heal: () => set('maxmemory', 0),
    }))

  test('because it has too few replicas: NOREPLICAS', () =>
    failsAndRecovers({
      client,
      says: /NOREPLICAS.*min-replicas-to-write/,
      cause: /^NOREPLICAS/,
      spoil: () => set('min-replicas-to-write', 1),
      heal: () => set('min-replicas-to-write', 0),
    }))

  test('because it cannot save: MISCONF', async () => {
    const [, directory = ''] = (await operator.config('GET', 'dir')) as [string, string]
    const inTheWay = join(directory, 'dump.rdb')
    const saved = async (status: string) => {
      await operator.bgsave()
      await until('saved', async () =>
        (await operator.info('persistence')).includes('rdb_bgsave_in_progress:0'),
      )
      return (await operator.info('persistence')).includes(`rdb_last_bgsave_status:${status}`)
    }
    await failsAndRecovers({
      client,
      says: /MISCONF.*cannot save its data/,
      cause: /^MISCONF/,
      spoil: async () => {
        await set('save', '3600 1')
        await mkdir(inTheWay)
        await until('the saving has failed', () => saved('err'))
      },
      heal: async () => {
        await rmdir(inTheWay)
        await until('the saving has succeeded', () => saved('ok'))
        await set('save', '')
      },
    })
  })

  test('because the key is something else: WRONGTYPE', () =>
    failsAndRecovers({
      client,
      says: /WRONGTYPE.*another prefix/,
      cause: /^WRONGTYPE/,
      spoil: (key) => operator.rpush(key, 'of somebody else'),
      heal: (key) => operator.del(key),
    }))

  test('because the user may not run scripts: NOPERM', async () => {
    await operator.acl('SETUSER', 'app', 'on', '>secret', '~*', '+@all', 'allchannels')
    await failsAndRecovers({
      client: open(url, { username: 'app', password: 'secret' }),
      says: /NOPERM.*see the README/,
      cause: /^NOPERM/,
      spoil: () => operator.acl('SETUSER', 'app', '-eval', '-evalsha'),
      heal: () => operator.acl('SETUSER', 'app', '+@all'),
    })
  })

  test('because the user may not do what the scripts do', async () => {
    await operator.acl('SETUSER', 'writer', 'on', '>secret', '~*', '+@all', 'allchannels')
    await failsAndRecovers({
      client: open(url, { username: 'writer', password: 'secret' }),
      says: /see the README/,
      cause: /ACL|permission|user/i,
      spoil: () => operator.acl('SETUSER', 'writer', '-set'),
      heal: () => operator.acl('SETUSER', 'writer', '+set'),
    })
  })

  test('because the client has no password: NOAUTH', async () => {
    await failsAndRecovers({
      // Neither greeted (HELLO) nor asked whether it is ready, the server refuses the command itself.
      client: open(url, { enableReadyCheck: false, protocol: 2 }),
      says: /NOAUTH.*password/,
      cause: /^NOAUTH/,
      spoil: async () => {
        await set('requirepass', 'secret')
        await operator.auth('secret')
        await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      },
      heal: async () => {
        await set('requirepass', '')
        await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      },
    })
  })
})

const cluster = serverOrSkip(
  'a private Redis',
  await startPrivateRedis({ args: ['--cluster-enabled', 'yes', '--cluster-node-timeout', '500'] }),
)

describe.skipIf(cluster === undefined)('a node of a cluster that refuses', () => {
  const url = cluster?.url ?? ''
  const open = openClients()
  const operator = open(url)
  afterAll(() => cluster?.stop())

  test('because nobody serves the slot: CLUSTERDOWN', async () => {
    const all = [0, 16383] as const
    await operator.call('CLUSTER', 'ADDSLOTSRANGE', ...all)
    const isWell = async () => String(await operator.call('CLUSTER', 'INFO')).includes('cluster_state:ok')
    await until('the cluster is well', isWell)
    await failsAndRecovers({
      client: open(url),
      says: /CLUSTERDOWN.*does not serve all/,
      cause: /^CLUSTERDOWN/,
      spoil: () => operator.call('CLUSTER', 'DELSLOTSRANGE', ...all),
      heal: async () => {
        await operator.call('CLUSTER', 'ADDSLOTSRANGE', ...all)
        await until('the cluster is well', isWell)
      },
    })
  })
})
