import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { NotPackaged } from '../apt-install'
import type { ServerCommand, ServerPlace } from './supervise-from'

/** Where a server finds the disk of its own. */
export function smallDiskFolder({ directory }: ServerPlace): string {
  return join(directory, 'small-disk')
}

/**
 * The same server, with a disk of so many bytes that only it can see: it is mounted where nobody else is, and gone with
 * the server, however that ends.
 *
 * @throws {NotPackaged} where we may not mount one: that takes Linux and root.
 */
export async function withSmallDisk(
  command: ServerCommand,
  place: ServerPlace,
  bytes: number,
): Promise<ServerCommand> {
  const { user } = place
  if (!user) throw new NotPackaged('to mount a small disk takes root')
  try {
    await promisify(execFile)('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
  } catch (error) {
    throw new NotPackaged(`no disk can be mounted here: ${String(error)}`)
  }
  const folder = smallDiskFolder(place)
  mkdirSync(folder)
  const options = `size=${bytes},mode=700,uid=${user.uid},gid=${user.gid}`
  const asUser = ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--']
  const script = 'mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@"'
  const run = [...asUser, command.command, ...command.args]
  return {
    ...command,
    command: 'unshare',
    args: ['--mount', 'sh', '-c', script, 'sh', options, folder, ...run],
    changesUser: true,
  }
}
