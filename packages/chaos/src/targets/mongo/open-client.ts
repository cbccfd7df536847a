import { MongoClient } from 'mongodb'

/** A process's connections. */
export function openClient(url: string): MongoClient {
  // A server that is away is to be missed within the time that a call has.
  return new MongoClient(url, { maxPoolSize: 10, serverSelectionTimeoutMS: 2000, heartbeatFrequencyMS: 500 })
}
