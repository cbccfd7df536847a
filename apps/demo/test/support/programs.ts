import { cp } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const demo = join(import.meta.dirname, '../..')
/** Where the programs are that tests run in processes of their own. */
const folder = join(demo, 'node_modules/.cache/programs')

/** What tests run, by the file that it is made from. */
const SOURCES = [
  'src/main.ts',
  'test/support/held-main.ts',
  'test/support/checkout-main.ts',
  'test/queue/consume-main.ts',
]

/** The program that was made from a source. */
export const programOf = (source: string): string => join(folder, source.replace(/\.ts$/, '.js'))

/**
 * Makes them, from the sources of all packages: each of the many processes that tests start would otherwise compile the same
 * sources once more.
 */
export async function makePrograms(): Promise<void> {
  await build({
    entryPoints: SOURCES,
    absWorkingDir: demo,
    outdir: folder,
    outbase: '.',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@idem/source'],
    loader: { '.lua': 'text', '.sql': 'text' },
    // Loads what is asked for by its path, as the drivers do what they may need.
    external: [
      'tsx',
      'pg-native',
      'mongodb-client-encryption',
      'kerberos',
      'snappy',
      'aws4',
      'socks',
      'gcp-metadata',
      '@mongodb-js/zstd',
      '@aws-sdk/credential-providers',
    ],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  // The page lies beside the program that serves it.
  const page = join(demo, 'src/page/browser')
  const places = new Set(SOURCES.map((source) => join(dirname(programOf(source)), 'browser')))
  await Promise.all([...places].map((place) => cp(page, place, { recursive: true })))
}
