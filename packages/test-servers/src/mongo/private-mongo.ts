import { NotPackaged } from '../apt-install'
import { firstAvailable, type ServerSource } from '../first-available'
import { fixedPort } from '../fixed-port'
import { neverPrivate } from '../never-private'
import { fromBinaries } from '../server-binary'
import { type PrivateServer, startPrivate } from '../supervision/private-server'
import type { StartOptions, Unavailable } from '../test-server'
import { mongoBinaries } from './mongo-binaries'
import { mongodCommand } from './mongod-command'

export interface PrivateMongoOptions extends StartOptions {
  /** Further arguments, as on a command line: `['--setParameter', 'ttlMonitorSleepSecs=1']`. */
  readonly args?: readonly string[]
}

/**
 * A MongoDB server of one test's own, to be killed, restarted, paused and configured: a replica set of one, which keeps over
 * a kill what it has answered to writes with a majority write concern. It needs a `mongod`, which few distributions have a
 * package of; where it can be neither found nor downloaded, its tests are skipped in CI, too.
 *
 * @example
 * const mongo = await startPrivateMongo()
 * if ('reason' in mongo) throw new Error(mongo.reason)
 * await mongo.kill()
 * await mongo.restart()
 */
export function startPrivateMongo({
  args,
  progress,
}: PrivateMongoOptions = {}): Promise<PrivateServer | Unavailable> {
  const sources: ServerSource<Omit<PrivateServer, 'source'>>[] = [
    ...fromBinaries('a private MongoDB', mongoBinaries, (binary) =>
      startPrivate(async ({ directory }) => mongodCommand(binary, directory, await fixedPort(), args)),
    ),
    notPackaged,
    ...neverPrivate('MONGODB_URL'),
  ]
  return firstAvailable(sources, progress)
}

const notPackaged: ServerSource<never> = {
  name: 'apt package',
  start: () => Promise.reject(new NotPackaged('its licence keeps mongod out of Debian and Ubuntu')),
}
