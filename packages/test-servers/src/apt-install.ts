import { execFile } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Debian asks this script before it starts a service; 101 is "no". */
const policyFile = '/usr/sbin/policy-rc.d'

/** Installs a server's package, where this is Debian and we may, and does not start its service. */
export async function aptInstall(name: string): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error(`${name} could be installed by apt, but not without root`)
  if (!existsSync('/etc/debian_version')) throw new Error('this is no Debian')
  console.error(`installing ${name} (tests need the server, and this machine has none) …`)
  const ownPolicy = !existsSync(policyFile)
  if (ownPolicy) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-q'], { env, timeout: 120_000 })
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', name], { env, timeout: 300_000 })
  } finally {
    if (ownPolicy) rmSync(policyFile)
  }
}
