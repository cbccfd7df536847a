import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY } from '../pages'

export interface EntryPoint {
  /** As it is imported: `@idem/core/http`. */
  readonly name: string
  /** Its source, an absolute path. */
  readonly source: string
}

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, string | { readonly '@idem/source'?: string }>>
}

/** Everything that a user can import from the public packages, the core first. */
export const entryPoints: readonly EntryPoint[] = readdirSync(join(REPOSITORY, 'packages'))
  .sort((one, other) => Number(other === 'core') - Number(one === 'core') || one.localeCompare(other))
  .flatMap((folder) => {
    const root = join(REPOSITORY, 'packages', folder)
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
    if (manifest.private === true) return []
    return Object.entries(manifest.exports ?? {}).flatMap(([path, conditions]) => {
      const source = typeof conditions === 'string' ? undefined : conditions['@idem/source']
      if (source === undefined) return []
      return [{ name: manifest.name + path.slice(1), source: join(root, source) }]
    })
  })
