// Runs one server for as long as whoever asked for it lives: the asker holds the other end of
// stdin, so when it stops the server, is interrupted or is killed outright, stdin ends, and then
// the server goes and its files with it. Nothing that the asker does, or fails to do, leaves either behind.
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const { command, args, user, directory, stopSignal, cleanup } = JSON.parse(process.argv[2])
const logFile = join(directory, 'server.log')
const log = openSync(logFile, 'a')
const server = spawn(command, args, { ...user, cwd: directory, stdio: ['ignore', log, log] })
closeSync(log)

const stop = () => {
  server.kill(stopSignal)
  setTimeout(() => server.kill('SIGKILL'), 2_000).unref()
}
const finish = (ending) => {
  // What the asker is told when the server ended before it was stopped.
  process.stdout.write(`${ending}\n${readFileSync(logFile, 'utf8').slice(-2_000)}`)
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

server.on('error', (error) => finish(`could not be started: ${error.message}`))
server.on('exit', (code, signal) => finish(`ended with ${signal ?? `exit code ${code}`}`))
process.stdin.on('end', stop).on('error', stop).resume()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
// The asker may be gone when the ending is told.
process.stdout.on('error', () => {})
