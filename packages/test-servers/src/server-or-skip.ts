import type { TestServer, Unavailable } from './test-server'

const told = new Set<string>()

/**
 * The server, or `undefined` where the tests that need it are to be skipped, which is said loudly,
 * once. In CI nothing is skipped but what the distribution has no package of.
 *
 * @throws {Error} when `CI` is `true` and there is no server; it says what was tried.
 *
 * @example
 * const redis = serverOrSkip('a private Redis', await startPrivateRedis())
 * describe.skipIf(redis === undefined)('a store whose server dies', …)
 */
export function serverOrSkip<Server extends Pick<TestServer, 'source'>>(
  title: string,
  server: Server | Unavailable,
): Server | undefined {
  if ('source' in server) {
    tellOnce(title, `${title} for the tests: ${server.source}`)
    return server
  }
  const reason = server.reason.replaceAll(/^/gm, '    ')
  if (process.env['CI'] === 'true' && !server.notPackaged) {
    throw new Error(`no ${title} for the tests, and CI skips none:\n${reason}`)
  }
  const scope = server.notPackaged ? 'in CI too: it is not to be had here' : 'for there is none'
  tellOnce(title, `\n  SKIPPED: every test that needs ${title}, ${scope}:\n${reason}\n`)
  return undefined
}

function tellOnce(title: string, line: string): void {
  if (told.has(title)) return
  told.add(title)
  console.error(line)
}
