import { MongoClient } from 'mongodb'

/**
 * The same for floors, for idem and for the naive check: the driver's own defaults, but for so many connections that no
 * transaction waits for one, and holds its documents meanwhile.
 */
export const openClient = (url: string): MongoClient => new MongoClient(url, { maxPoolSize: 512 })
