// Runs the tests of what users load under other Node majors: `node scripts/test-nodes.mjs 22 24`.
// The `node` package of the npm registry brings each.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const majors = process.argv.slice(2)
/** What runs in the user's process alone, and of stores what asks servers by their contract. */
const EVERYWHERE = [
  'core',
  'conformance',
  'token',
  'otel',
  'redis/test/redis-',
  'postgres/test/postgres-',
  'mongo/test/mongo-',
]
/** What depends on what a version's Node does with sockets and streams: on the newest one. */
const ON_THE_NEWEST = ['hono', 'express']
/** Whether suites notice what is broken does not depend on Node. */
const NOWHERE = ['broken-stores']
const tests = (major) => [
  ...[...EVERYWHERE, ...(major === majors.at(-1) ? ON_THE_NEWEST : [])].map((path) => `packages/${path}`),
  ...NOWHERE.flatMap((name) => ['--exclude', `**/${name}.test.ts`]),
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
  const { status } = spawnSync('npx', ['-y', ...packages, '--', 'pnpm', 'test', ...tests(major)], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`the tests failed on Node ${version}`)
}
