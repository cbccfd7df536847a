import { execFileSync } from 'node:child_process'

export interface ProcessUser {
  readonly uid: number
  readonly gid: number
}

/**
 * Whom to run a server as that refuses to be root: nobody special if we are not root ourselves,
 * otherwise the system's own `postgres` user, or `nobody`, which every system has.
 */
export function unprivilegedUser(): ProcessUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: numericId('-u', name), gid: numericId('-g', name) }
    } catch {
      // No such user.
    }
  }
  throw new Error('running as root, and there is no other user to run it as')
}

function numericId(flag: '-u' | '-g', name: string): number {
  return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
}
