import type { MongoClient } from 'mongodb'
import type { PoolUse } from '../store-kind'

/** Counts what the driver tells of its pools; it has no count of its own to be asked for. */
export function poolUse(client: MongoClient): () => PoolUse {
  const now = { open: 0, used: 0, pending: 0 }
  client
    .on('connectionCreated', () => {
      now.open += 1
    })
    .on('connectionClosed', () => {
      now.open -= 1
    })
    .on('connectionCheckOutStarted', () => {
      now.pending += 1
    })
    .on('connectionCheckOutFailed', () => {
      now.pending -= 1
    })
    .on('connectionCheckedOut', () => {
      now.pending -= 1
      now.used += 1
    })
    .on('connectionCheckedIn', () => {
      now.used -= 1
    })
  return () => ({
    used: now.used,
    idle: now.open - now.used,
    pending: now.pending,
    max: client.options.maxPoolSize,
  })
}
