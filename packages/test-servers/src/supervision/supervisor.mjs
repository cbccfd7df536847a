// Runs one server for as long as whoever asked for it lives: the asker holds the other end of
// stdin, so when it stops the server, is interrupted or is killed outright, stdin ends, and then
// the server goes and its files with it. Nothing that the asker does, or fails to do, leaves either behind.
//
// Told on stdout, a line of JSON each: { ended }, how the server ended, with its last words, and
// { done }, the order that was carried out. Orders come on stdin, a word a line. A server that is
// restartable may end and be started again; any other is over when it ends.
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { continueFamily, killFamily, stopFamily } from './family.mjs'

const { command, args, user, directory, stopSignal, cleanup, restartable, hasFamily } = JSON.parse(
  process.argv[2],
)
const logFile = join(directory, 'server.log')
let server
let stopping = false

const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`)

const start = () => {
  const log = openSync(logFile, 'a')
  const started = spawn(command, args, { ...user, cwd: directory, stdio: ['ignore', log, log] })
  closeSync(log)
  server = started
  const ended = (how) => {
    if (server !== started) return
    server = undefined
    tell({ ended: `${how}\n${readFileSync(logFile, 'utf8').slice(-2_000)}` })
    if (stopping || !restartable) finish()
  }
  started.on('error', (error) => ended(`could not be started: ${error.message}`))
  started.on('exit', (code, signal) => ended(`ended with ${signal ?? `exit code ${code}`}`))
}

const stop = () => {
  if (stopping) return
  stopping = true
  if (!server) return finish()
  server.kill(stopSignal)
  // One that is paused would not get to know.
  orders.resume()
  setTimeout(() => orders.kill(), 2_000).unref()
}

const finish = () => {
  if (cleanup) {
    try {
      execFileSync(cleanup[0], cleanup.slice(1), { stdio: 'ignore' })
    } catch {
      // Already gone.
    }
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  process.exit()
}

const orders = {
  start: () => server ?? start(),
  // Its end is told once it has ended.
  kill: () => (hasFamily && server ? killFamily(server.pid) : server?.kill('SIGKILL')),
  pause: () => (hasFamily && server ? stopFamily(server.pid) : server?.kill('SIGSTOP')),
  resume: () => (hasFamily && server ? continueFamily(server.pid) : server?.kill('SIGCONT')),
}

// The asker may be gone when something is told.
process.stdout.on('error', () => {})
process.stdin.on('error', stop)
createInterface({ input: process.stdin })
  .on('line', (order) => {
    if (stopping) return
    orders[order]()
    tell({ done: order })
  })
  .on('close', stop)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
start()
