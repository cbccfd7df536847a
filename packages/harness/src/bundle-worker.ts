import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Makes one file of a worker and all that it needs, from sources: a process is started dozens of times a minute, and is
 * to be at work at once. Scripts of the stores become text in it.
 */
export async function bundleWorker(entry: URL, outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    conditions: ['@idem/source'],
    loader: { '.lua': 'text', '.sql': 'text' },
    logLevel: 'silent',
  })
}
