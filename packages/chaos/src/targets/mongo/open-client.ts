import { MongoClient } from 'mongodb'

/** A process's connections: so many that no transaction waits for one, and holds its documents meanwhile. */
export function openClient(url: string): MongoClient {
  // A server that is away is to be missed within the time that a call has.
  return new MongoClient(url, { maxPoolSize: 300, serverSelectionTimeoutMS: 2000, heartbeatFrequencyMS: 500 })
}
