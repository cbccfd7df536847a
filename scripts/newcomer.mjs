// What somebody sees who has just cloned the repository, with nothing but Node.js and npm: `node scripts/newcomer.mjs`.
// Clones what is committed into an empty folder, and runs the demo there with an otherwise empty environment.
import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const LIMIT_MS = 5 * 60_000
const PORT = '18080'
const ADDRESS = `http://127.0.0.1:${PORT}`

/** Runs the demo until it answers, does something with it, and ends it. */
async function withDemo(folder, args, use) {
  const startedAt = performance.now()
  const env = {
    HOME: process.env.HOME,
    PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'].join(':'),
    PORT,
  }
  const options = { cwd: folder, env, detached: true, stdio: ['ignore', 'inherit', 'inherit'] }
  const child = spawn('npx', ['-y', packageManager, 'demo', ...args], options)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const end = () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM')
  }
  process.once('exit', end)
  try {
    for (;;) {
      const answer = await fetch(`${ADDRESS}/health`).catch(() => undefined)
      if (answer?.ok) break
      if (child.exitCode !== null) throw new Error(`the demo ended with ${child.exitCode}`)
      if (performance.now() - startedAt > LIMIT_MS) throw new Error('the demo did not answer')
      await sleep(100)
    }
    const seconds = Math.round((performance.now() - startedAt) / 1000)
    await use(seconds)
  } finally {
    process.off('exit', end)
    end()
    await ended
  }
}

async function asked(path, body) {
  const init = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const response = await fetch(`${ADDRESS}${path}`, init)
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`)
  return await response.json()
}

const folder = mkdtempSync(join(tmpdir(), 'idem-newcomer-'))
const found = {}
try {
  execFileSync('git', ['clone', '--quiet', ROOT, folder])
  await withDemo(folder, [], (seconds) => {
    found.demo = seconds
  })
  await withDemo(folder, ['--store', 'redis', '--processes', '4'], async (seconds) => {
    found.redis = seconds
    const token = randomUUID()
    const payment = { idempotent_token: token, amount: 100.5, user_id: 'user_123', description: 'test' }
    const orders = new Set()
    for (let time = 0; time < 3; time++) orders.add((await asked('/payment', payment)).order_id)
    found.orders = orders.size
    found.charges = (await asked(`/gateway/charges?token=${token}`)).charges.length
  })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
console.log(
  `the demo answered after ${found.demo} s; on Redis, with four processes, after ${found.redis} s: ` +
    `${found.orders} order, ${found.charges} charge`,
)
process.exit(found.orders === 1 && found.charges === 1 ? 0 : 1)
