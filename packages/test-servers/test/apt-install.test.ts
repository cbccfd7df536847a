import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { aptInstall, NotPackaged } from '../src/apt-install'

/** Nothing is installed or fetched where apt has its lists, and knows of no such package. */
describe.skipIf(!hasLists())('aptInstall', () => {
  it('says of a package that the distribution does not have that it is not packaged', async () => {
    await expect(aptInstall('idem-no-such-package')).rejects.toThrow(NotPackaged)
  })
})

function hasLists(): boolean {
  try {
    return /_Packages/.test(execFileSync('ls', ['/var/lib/apt/lists'], { encoding: 'utf8' }))
  } catch {
    return false
  }
}
