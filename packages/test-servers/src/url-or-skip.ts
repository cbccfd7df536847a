import type { TestServer, Unavailable } from './test-server'

const told = new Set<string>()

/**
 * The server's URL, or `undefined` where the tests that need it are to be skipped, which is said
 * loudly, once. In CI nothing is skipped.
 *
 * @throws {Error} when `CI` is `true` and there is no server; it says what was tried.
 */
export function urlOrSkip(title: string, server: TestServer | Unavailable): string | undefined {
  const reason = 'reason' in server ? server.reason.replaceAll(/^/gm, '    ') : undefined
  if (reason !== undefined && process.env['CI'] === 'true') {
    throw new Error(`no ${title} for the tests, and CI skips none:\n${reason}`)
  }
  if (!told.has(title)) {
    told.add(title)
    if ('source' in server) console.error(`${title} for the tests: ${server.source}`)
    else console.error(`\n  SKIPPED: every test that needs ${title}, for there is none:\n${reason}\n`)
  }
  return 'url' in server ? server.url : undefined
}
