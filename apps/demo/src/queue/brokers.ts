import type { Note } from '../stores/store-kind'
import type { Broker } from './broker'
import { MemoryBroker } from './memory-broker'
import { RedisBroker } from './redis-broker'

/** What `--queue` can name. Where it is off, paid orders are published to nobody, and the routes of the queue are not there. */
export const BROKER_NAMES = ['memory', 'redis', 'off'] as const

export type BrokerName = (typeof BROKER_NAMES)[number]

/** Where messages are kept: plain data, for each process to open. */
export interface BrokerPlace {
  readonly name: BrokerName
  /** It may hold a password. */
  readonly url: string
}

export interface BrokerOptions {
  /** When a consumer that gives no sign of life is taken for dead. */
  readonly silenceMs: number
  readonly note: Note
}

/** The broker, as each process uses it. A server that does not answer at the moment is no reason to fail. */
export async function openBroker(
  { name, url }: BrokerPlace,
  options: BrokerOptions,
): Promise<Broker | undefined> {
  if (name === 'off') return undefined
  return name === 'memory' ? new MemoryBroker() : RedisBroker.open(url, options)
}
