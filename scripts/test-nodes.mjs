// Runs the tests of what users load under other Node majors: `node scripts/test-nodes.mjs 22 24`.
// The `node` package of the npm registry brings each.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const majors = process.argv.slice(2)
/** What runs in the user's process alone; whether the suites notice what is broken does not depend on Node. */
const WHOLE = ['core', 'conformance', 'hono', 'express', 'token', 'otel']
/** What asks servers, which are the same for every Node: the contracts, and transactions. */
const STORES = [
  'redis/test/redis-',
  'redis/test/streams',
  'postgres/test/postgres-',
  'mongo/test/mongo',
  'cli/test',
]
const TRANSACTIONS = ['postgres', 'mongo'].map((name) => `${name}/test/transactions`)
const TESTS = [
  ...[...WHOLE.map((name) => `${name}/test`), ...STORES, ...TRANSACTIONS].map((path) => `packages/${path}`),
  ...['--exclude', '**/broken-stores.test.ts'],
]
const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

for (const major of majors) {
  const packages = ['-p', `node@${major}`, '-p', packageManager]
  const npx = (...command) =>
    spawnSync('npx', ['-y', ...packages, '--', ...command], {
      encoding: 'utf8',
      stdio: ['inherit', 'pipe', 'inherit'],
    })
  // A package that did not bring its binary would leave this Node to run the tests, and to pass them.
  const version = npx('node', '--version').stdout.trim()
  if (!version.startsWith(`v${major}.`)) throw new Error(`asked for Node ${major}, got ${version || 'none'}`)

  console.log(`\nTests on Node ${version}`)
  const { status } = spawnSync('npx', ['-y', ...packages, '--', 'pnpm', 'test', ...TESTS], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`the tests failed on Node ${version}`)
}
