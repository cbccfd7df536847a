import { fromDocker } from '../docker'
import { firstAvailable, type ServerSource } from '../first-available'
import { freePort } from '../free-port'
import { fromEnvironment } from '../from-environment'
import { fromBinaries } from '../server-binary'
import { startSupervised } from '../supervision/supervised-server'
import type { StartOptions, TestServer, Unavailable } from '../test-server'
import { mongoBinaries } from './mongo-binaries'
import { mongodCommand } from './mongod-command'
import { initiateAndPing, pingMongo } from './ping-mongo'
import { memberUrl, setOptions } from './replica-set'

export const mongoSources: readonly ServerSource[] = [
  fromEnvironment('MONGODB_URL', pingMongo),
  ...fromBinaries('MongoDB', mongoBinaries, startBinary),
  fromDocker({
    image: 'mongo:8',
    // The members of a replica set reach each other, and are reached, by the names in its configuration.
    port: 'same',
    args: (port) => [...setOptions, '--bind_ip_all', '--port', String(port)],
    url: memberUrl,
    ping: initiateAndPing,
  }),
]

/** A MongoDB server that is a replica set of one, so that it has transactions. */
export function startMongo({ progress }: StartOptions = {}): Promise<TestServer | Unavailable> {
  return firstAvailable(mongoSources, progress)
}

function startBinary(binary: string) {
  return startSupervised(async ({ directory }) => mongodCommand(binary, directory, await freePort()))
}
