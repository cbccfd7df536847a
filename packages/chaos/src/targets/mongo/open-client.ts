import { MongoClient } from 'mongodb'

/** A process's connections: so many that no transaction waits for one, and holds its documents meanwhile. */
export function openClient(url: string): MongoClient {
  return new MongoClient(url, {
    maxPoolSize: 300,
    // A server that is away is to be missed within the time that a call has.
    ...{ serverSelectionTimeoutMS: 2000, heartbeatFrequencyMS: 500 },
    // Asked for a look out of turn just when its connection is cut, the driver's monitor of a server that has no
    // `topologyVersion` waits for ever, and no server is found any more. So it always takes its time first.
    minHeartbeatFrequencyMS: 1000,
  })
}
