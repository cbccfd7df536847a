import { serverOrSkip, startPrivateRedis, startTcpProxy, type TcpProxy } from '@idem/test-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli, startCli } from './support/cli'
import { until } from './support/until'

const server = serverOrSkip('a private Redis', await startPrivateRedis({}))
afterAll(() => server?.stop())

describe.skipIf(server === undefined)('where a server does not answer', () => {
  const url = server?.url as string
  let proxy: TcpProxy
  beforeAll(async () => {
    proxy = await startTcpProxy(url)
    await server?.pause()
  })
  afterAll(() => proxy?.close())

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends what waits for it, with %i', async (signal, code) => {
    const before = proxy.counts.bytesToServer
    const { kill, ended } = startCli(['resolve', 'idem:::any', '--value', '1'], { IDEM_STORE: proxy.url })
    await until(() => proxy.counts.bytesToServer > before)
    kill(signal)
    expect(await ended).toEqual({ code, out: '', err: expect.stringContaining('interrupted') })
  })

  it('says so after a while', async () => {
    const { code, err } = await cli(['ls'], { IDEM_STORE: url })
    expect(code).toBe(1)
    expect(err).toContain('it has not answered for 5 s')
  })
})
