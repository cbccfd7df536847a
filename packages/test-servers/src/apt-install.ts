import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }

/** Nothing that we could do here would help: the distribution has no such package, or the system does not let us. */
export class NotPackaged extends Error {}

/**
 * Installs a server's package, where this is Debian and we may, and does not start its service.
 *
 * @throws {NotPackaged} where the distribution is known to have no such package.
 */
export async function aptInstall(name: string): Promise<void> {
  if (!existsSync('/etc/debian_version')) throw new Error('this is no Debian')
  const root = process.getuid?.() === 0
  if (!(await offers(name))) {
    if (!(await hasLists())) {
      if (!root) throw new Error(`apt has no lists of packages here, and none can be had without root`)
      await locked('apt-get update -q -o APT::Update::Error-Mode=any')
    }
    if (!(await offers(name))) throw new NotPackaged(`this distribution has no package ${name}`)
  }
  if (!root) throw new Error(`${name} could be installed by apt, but not without root`)
  console.error(`installing ${name} (a server is needed, and this machine has none) …`)
  await locked(install, name)
}

async function offers(name: string): Promise<boolean> {
  const { stdout } = await run('apt-cache', ['policy', name], { env })
  return /^ *Candidate: (?!\(none\))/m.test(stdout)
}

/** A fresh image often comes without the lists, where apt knows of no package at all. */
async function hasLists(): Promise<boolean> {
  const { stdout } = await run(
    'apt-get',
    ['indextargets', '--format', '$(FILENAME)', 'Created-By: Packages'],
    {
      env,
    },
  )
  return stdout.trim() !== ''
}

/** Debian asks the policy before it starts a service; 101 is "no". It goes again even if we are killed. */
const install = `
  set -e
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\\nexit 101\\n' >"$policy"
    chmod 755 "$policy"
  fi
  apt-get update -q
  apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 "$1"
`

/** Test files run side by side, and apt does not. */
async function locked(script: string, ...args: readonly string[]): Promise<void> {
  const command = ['/run/idem-test-servers.lock', 'sh', '-c', script, 'sh', ...args]
  await run('flock', command, { env, timeout: 420_000 })
}
