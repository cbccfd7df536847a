// A server and the processes that it starts, where each of its clients has one: a signal to the server alone would leave
// those at work. They leave its process group as well, so they are found by their parent.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** Ends all of them at once, as the machine's end would. Resolves when the server has been sent the signal, the last. */
export async function killFamily(pid) {
  // Stopped, it starts no more of them, and takes no notice of how they end: nothing is told to a client.
  send(pid, 'SIGSTOP')
  for (;;) {
    const running = childrenOf(pid)
    if (running.length === 0) break
    for (const child of running) send(child, 'SIGKILL')
    await sleep(1)
  }
  send(pid, 'SIGKILL')
}

export function stopFamily(pid) {
  send(pid, 'SIGSTOP')
  for (const child of childrenOf(pid)) send(child, 'SIGSTOP')
}

export function continueFamily(pid) {
  for (const child of childrenOf(pid)) send(child, 'SIGCONT')
  send(pid, 'SIGCONT')
}

function send(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone by itself.
  }
}

/** Those that still run: one that has ended stays listed until its parent asks how. */
function childrenOf(parent) {
  return processes()
    .filter(({ ppid, state }) => ppid === parent && !state.startsWith('Z'))
    .map(({ pid }) => pid)
}

function processes() {
  return process.platform === 'linux' ? fromProc() : fromPs()
}

function fromProc() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The name of the program, in brackets, may hold anything.
        const [state, ppid] = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')
        return [{ pid: Number(name), ppid: Number(ppid), state }]
      } catch {
        return []
      }
    })
}

function fromPs() {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' })
  return listed
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, ppid, state] = line.trim().split(/\s+/)
      return { pid: Number(pid), ppid: Number(ppid), state }
    })
}
