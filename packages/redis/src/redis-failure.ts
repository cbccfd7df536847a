import { StoreError } from '@idem/core'

const UNREACHABLE = 'the server cannot be reached'
const NOT_ALLOWED = 'allow the user the commands that idem sends: see the README'
const TOO_OLD = 'Redis 7.0 or later is needed'

/** What to do about what a server or the driver says, by words of it. The first that occur count. */
const ADVICE: readonly (readonly [words: string, advice: string])[] = [
  ['READONLY', 'connect to the primary: this server is a replica'],
  ['LOADING', 'the server is reading its data and will answer when it has'],
  ['OOM command not allowed', 'raise maxmemory or shorten the retention: the server takes no more data'],
  ['CLUSTERDOWN', 'the cluster does not serve all of its slots'],
  ['MOVED', 'use a Cluster client: this server is part of a cluster'],
  [
    'CROSSSLOT',
    'use a Cluster client, or the option batch: 1: this server, or what stands before it, is part of a cluster',
  ],
  ['NOAUTH', 'give the client a password'],
  ['NOPERM', NOT_ALLOWED],
  ['user executing the script', NOT_ALLOWED],
  ['NOREPLICAS', 'the server wants more replicas than it has (min-replicas-to-write)'],
  ['MISCONF', 'the server cannot save its data to disk'],
  ['WRONGTYPE', 'choose another prefix: the key is in use by something else'],
  ['max retries per request', UNREACHABLE],
  ['enableOfflineQueue', UNREACHABLE],
  ['startup nodes', UNREACHABLE],
  ['Failed to refresh slots cache', UNREACHABLE],
  ['Command timed out', 'the server did not answer within the commandTimeout of the client'],
  ['Connection is closed', 'the client was closed, or gave up connecting'],
  ['Unknown Redis command', TOO_OLD],
  ['unknown command', TOO_OLD],
]

/** A failure of the driver or the server as what the contract says it becomes; what it was is its `cause`. */
export function redisFailure(call: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const said = cause instanceof Error ? cause.message : String(cause)
  const advice = ADVICE.find(([words]) => said.includes(words))?.[1]
  return new StoreError(`Redis failed to ${call}: ${said}${advice ? ` (${advice})` : ''}`, { cause })
}
