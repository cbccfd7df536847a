import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('download-process.mjs', import.meta.url))

/** For some 100 MB, once on a machine. */
const downloadWithinMs = 180_000

/**
 * The path of a server that the package downloads once and keeps. It may wait for long, for a network that swallows what it
 * is sent or for another download, and cannot be told to stop; so it does so in a process, which can be ended.
 */
export function downloadMongod(withinMs = downloadWithinMs): Promise<string> {
  return new Promise((resolve, reject) => {
    const limit = { timeout: withinMs, killSignal: 'SIGKILL' } as const
    execFile(process.execPath, [program], limit, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else if (error.killed) reject(new Error(`no download within ${withinMs / 1000} s`))
      else reject(new Error(stderr.trim() || error.message))
    })
  })
}
