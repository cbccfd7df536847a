import { aptInstall } from './apt-install'
import { findBinary } from './find-binary'
import type { ServerSource } from './first-available'

/** One place that a server's program may come from. `locate` rejects with the reason where it cannot. */
export interface BinarySource {
  readonly name: string
  locate(): Promise<string>
}

/** The first of `names` that this machine has. */
export function onThisMachine(names: readonly string[]): BinarySource {
  return { name: 'this machine', locate: async () => find(names, `no ${names.join(' or ')} in PATH`) }
}

/** What a package of Debian brings, where this is Debian and we may install it. */
export function fromApt(debianPackage: string, names: readonly string[]): BinarySource {
  return {
    name: 'apt package',
    async locate() {
      await aptInstall(debianPackage)
      return find(names, 'the package was installed, but brought no server')
    },
  }
}

/** The sources of a server that `start` runs with the program of each. */
export function fromBinaries<Server extends object>(
  title: string,
  binaries: readonly BinarySource[],
  start: (binary: string) => Promise<Server>,
): ServerSource<Server>[] {
  return binaries.map(({ name, locate }) => ({
    name,
    async start(progress) {
      const binary = await locate()
      progress?.(`starting ${title} from ${binary} …`)
      return start(binary)
    },
  }))
}

function find(names: readonly string[], otherwise: string): string {
  const binary = findBinary(names)
  if (!binary) throw new Error(otherwise)
  return binary
}
