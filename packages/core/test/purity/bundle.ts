import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Options } from 'tsup'
import config from '../../tsup.config'

/** Tests run from anywhere. */
const CORE = join(import.meta.dirname, '../..')

/** The package as it is built, in a place of its own, so that no test depends on what was built before. */
export async function builtPackage() {
  const root = await mkdtemp(join(tmpdir(), 'idem-built-'))
  const dist = join(root, 'dist')
  await copyFile(join(CORE, 'package.json'), join(root, 'package.json'))
  const { entry, ...options } = config as Options & { entry: Record<string, string> }
  const sources = Object.entries(entry).map(([name, file]) => [name, join(CORE, file)])
  await build({
    ...options,
    entry: Object.fromEntries(sources),
    tsconfig: join(CORE, 'tsconfig.json'),
    config: false,
    dts: false,
    silent: true,
    outDir: dist,
  })
  return {
    read: (file: string) => readFile(join(dist, file), 'utf8'),
    /** Everything that a page or worker would load, as one script that leaves `idem` behind. */
    script: async () => {
      await build({
        config: false,
        silent: true,
        entry: { script: join(dist, 'index.js') },
        outDir: join(root, 'web'),
        format: 'iife',
        globalName: 'idem',
        platform: 'browser',
        target: 'es2022',
        noExternal: [/./],
        outExtension: () => ({ js: '.js' }),
      })
      return readFile(join(root, 'web/script.js'), 'utf8')
    },
    remove: () => rm(root, { recursive: true }),
  }
}
