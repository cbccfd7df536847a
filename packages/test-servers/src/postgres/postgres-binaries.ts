import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findBinary, realFolder, searchPath } from '../find-binary'
import type { ServerSource } from '../first-available'
import type { ServerPlace } from '../supervision/supervise-from'
import { packagedPostgres } from './embedded-postgres'

/** The folder of the programs, as whoever runs the server may read it. */
export type Locate = (place: ServerPlace) => Promise<string>

/** The sources of a server that `start` runs with the programs of each. */
export function fromPostgresBinaries<Server extends object>(
  title: string,
  start: (locate: Locate) => Promise<Server>,
): ServerSource<Server>[] {
  return [
    {
      name: 'this machine',
      async start(progress) {
        const binary = findBinary(['postgres'], [...debianFolders(), ...searchPath()])
        if (!binary) throw new Error('no postgres in PATH or /usr/lib/postgresql')
        progress?.(`starting ${title} from ${binary} …`)
        return start(async () => realFolder(binary))
      },
    },
    {
      name: 'embedded-postgres package',
      start(progress) {
        progress?.(`starting ${title} from the embedded-postgres package …`)
        return start(packagedPostgres)
      },
    },
  ]
}

/** Debian keeps the servers out of PATH, one folder a version: the newest first. */
function debianFolders(): string[] {
  const root = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(root, version, 'bin'))
  } catch {
    return []
  }
}
