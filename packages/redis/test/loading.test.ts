import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, describe, test } from 'vitest'
import { failsAndRecovers } from './support/broken-server'
import { until } from './support/gate'
import { openClients } from './support/open-clients'

// So that reading 500 keys takes seconds, in which the server answers that it is busy with that.
const slowly = ['--key-load-delay', '4000', '--loading-process-events-interval-bytes', '1024']
const server = serverOrSkip('a private Redis', await startPrivateRedis({ args: slowly }))

describe.skipIf(server === undefined)('a server that has been restarted', () => {
  const url = server?.url ?? ''
  const open = openClients()
  afterAll(() => server?.stop())

  test('and reads its data: LOADING', async () => {
    // A driver with its ready check would hide the state, and keep commands until it is over.
    const options = { enableReadyCheck: false, maxRetriesPerRequest: null, retryStrategy: () => 5 }
    const operator = open(url, options)
    const filling = operator.pipeline()
    for (let i = 0; i < 500; i++) filling.set(`filling ${i}`, 'x'.repeat(100))
    await filling.exec()
    await operator.save()
    await failsAndRecovers({
      client: open(url, options),
      says: /LOADING.*reading its data/,
      cause: /^LOADING/,
      storeTimeout: 5000,
      spoil: async () => {
        await server?.kill()
        // It resolves long after the server is up: whoever asks that has a ready check.
        server?.restart().catch(() => {})
      },
      heal: () =>
        until('all is read', async () => (await operator.info('persistence')).includes('\nloading:0')),
    })
  })
})
