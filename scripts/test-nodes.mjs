// Runs the whole test command under other Node majors: `node scripts/test-nodes.mjs 22 24`.
// The `node` package of the npm registry brings each.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const majors = process.argv.slice(2)
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
  const { status } = spawnSync('npx', ['-y', ...packages, '--', 'pnpm', 'test'], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`the tests failed on Node ${version}`)
}
