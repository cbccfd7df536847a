import { accessSync, constants, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first of `names` that can be executed in `directories`, links followed, or `undefined`. */
export function findBinary(
  names: readonly string[],
  directories: readonly string[] = searchPath(),
): string | undefined {
  for (const name of names) {
    for (const directory of directories) {
      const path = join(directory, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not here.
      }
    }
  }
  return undefined
}

/** PATH, and the places of servers that an unprivileged PATH often lacks. */
export function searchPath(): string[] {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '')
  return [...path, '/usr/local/bin', '/usr/bin', '/usr/sbin', '/opt/homebrew/bin']
}

/** The folder that a binary really lies in: a link to it may stand alone, without its siblings. */
export function realFolder(binary: string): string {
  return join(realpathSync(binary), '..')
}
