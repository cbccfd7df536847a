// Ends the processes of a run when the run itself is ended, even outright: its asker holds the other end of stdin,
// and tells there which processes there are. A stopped process could not see for itself that its parent is gone.
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [directory] = process.argv.slice(2)
const pids = new Set()

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const pid = Number(line.slice(1))
  if (line.startsWith('+')) pids.add(pid)
  else pids.delete(pid)
})
lines.on('close', () => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // Gone by itself.
    }
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
