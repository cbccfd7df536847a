import { StoreError } from '@idem/core'

/** What to do about what a server or the driver says, by how that begins. */
const ADVICE: readonly (readonly [begins: string, advice: string])[] = [
  ['READONLY', 'connect to the primary: this server is a replica'],
  ['LOADING', 'the server is reading its data and will answer when it has'],
  ['OOM', 'raise maxmemory or shorten the retention: the server takes no more data'],
  ['CLUSTERDOWN', 'the cluster does not serve all of its slots'],
  ['MOVED', 'use a Cluster client: this server is part of a cluster'],
  ['CROSSSLOT', 'use a Cluster client: this server is part of a cluster'],
  ['NOAUTH', 'give the client a password'],
  ['NOPERM', 'allow its user the commands that idem sends: see the README'],
  ['NOREPLICAS', 'the server wants more replicas than it has (min-replicas-to-write)'],
  ['MISCONF', 'the server cannot save its data to disk'],
  ['WRONGTYPE', 'choose another prefix: the key is in use by something else'],
  ['Reached the max retries', 'the server cannot be reached'],
  ['Connection is closed', 'the client was closed, or gave up connecting'],
  ['ERR Unknown Redis command', 'Redis 7.0 or later is needed'],
  ['ERR unknown command', 'Redis 7.0 or later is needed'],
]

/** A failure of the driver or the server as what the contract says it becomes; what it was is its `cause`. */
export function redisFailure(call: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  const advice = ADVICE.find(([begins]) => said.startsWith(begins))?.[1]
  return new StoreError(`Redis failed to ${call}: ${said}${advice ? ` (${advice})` : ''}`, { cause })
}
