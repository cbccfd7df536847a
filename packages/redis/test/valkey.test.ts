import { describeLockStore, describeStore } from '@idem/conformance'
import { serverOrSkip, startValkey } from '@idem/test-servers'
import { afterAll, describe } from 'vitest'
import { RedisLockStore, RedisStore } from '../src/index'
import { openClients } from './support/open-clients'

const server = serverOrSkip('Valkey', await startValkey())

describe.skipIf(server === undefined)('on Valkey', () => {
  const url = server?.url ?? ''
  const open = openClients()
  afterAll(() => server?.stop())

  describeStore('RedisStore', {
    create: () => ({ store: new RedisStore(open(url), { prefix: 'conformance/', subscriber: open(url) }) }),
  })
  describeLockStore('RedisLockStore', {
    create: () => ({ store: new RedisLockStore(open(url), { prefix: 'locks/', subscriber: open(url) }) }),
  })
})
