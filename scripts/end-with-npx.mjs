// Loaded before the demo and the bench, so that they end with the `npx` that started it.
// npx runs pnpm below a shell. Where that is dash (Debian, Ubuntu), a SIGTERM for npx ends the shell as
// well, and neither tells pnpm or us: the demo would go on, unseen, and hold its port.
import { readFileSync } from 'node:fs'

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // Gone, or a system without /proc; that has no dash either.
    return ''
  }
}

/** The name in parentheses may hold anything; the state and the parent follow its last `)`. */
const parentOf = (pid) => read(pid, 'stat').match(/.*\) \S (\d+)/s)?.[1]

const shell = parentOf(process.ppid)
const startedByNpx = shell !== undefined && /^(\S*\/)?sh\0-c\0'?pnpm\b/.test(read(shell, 'cmdline'))

if (startedByNpx) {
  const watch = setInterval(() => {
    if (parentOf(process.ppid) === shell) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 250)
  watch.unref()
}
