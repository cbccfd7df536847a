import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Makes one file of the server and all that it needs, from sources; scripts of the stores become text in it. */
export async function bundleServer(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('server-main.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'external',
    // What is CommonJS in it calls for these.
    banner: {
      js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)",
    },
    conditions: ['@idem/source'],
    loader: { '.lua': 'text', '.sql': 'text' },
    logLevel: 'silent',
  })
}
