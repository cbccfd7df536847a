// Loaded before the service where tests run it as a process of its own, from its sources.
import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  register(import.meta.url)
  // The test holds the other end: killed outright, it takes the service along. Processes that the service starts end
  // with it, and leave the input alone.
  if (process.env['NODE_UNIQUE_ID'] === undefined) {
    process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL')).resume()
    process.stdin.unref()
  }
}

/** Scripts are files of their own, and read as texts: in builds it is tsup that does so. */
export async function load(url, context, next) {
  if (!/\.(lua|sql)$/.test(url)) return next(url, context)
  const text = await readFile(new URL(url), 'utf8')
  return { format: 'module', shortCircuit: true, source: `export default ${JSON.stringify(text)}` }
}
