import type { IdemEvent } from '@idem/core'
import type { StormProgress } from '../storm/storm-report'

/** Something that happened, as the page shows it. Plain data: it may come from another process. */
export interface Moment {
  /** One more than that of the moment before, whatever process it was in. */
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The number of the process; 0 for the one that started the others. */
  readonly process: number
  /** What the engine says has happened, or what befell the service. */
  readonly type:
    | IdemEvent['type']
    | 'left-out'
    | 'killed'
    | 'answers'
    | 'store-cut'
    | 'store-back'
    | 'gateway-slowed'
    | 'storm'
  /** The stored key, if one is concerned. */
  readonly key?: string | undefined
  /** The operation's name, where it has one. */
  readonly name?: string | undefined
  readonly attempt?: number | undefined
  readonly takeover?: boolean | undefined
  readonly step?: string | undefined
  /** Of a step. */
  readonly replayed?: boolean | undefined
  readonly durationMs?: number | undefined
  /** How far a storm has come: it is told as it happens, and not remembered. */
  readonly storm?: StormProgress | undefined
  /** In few words, what else there is to say. */
  readonly detail?: string | undefined
}

/** A moment that has no number yet. */
export type NewMoment = Omit<Moment, 'id'>

/** How many moments are remembered: a page that is opened later still sees what happened just before. */
const REMEMBERED = 500

/** The newest of what is known, with what has happened since. A storm tells so much of how far it has come that there would be room for nothing else. */
export function remember(known: readonly Moment[], moments: readonly Moment[]): readonly Moment[] {
  return [...known, ...moments.filter(({ type }) => type !== 'storm')].slice(-REMEMBERED)
}

/** Longer than this no detail is: errors quote what they were given. */
const MAX_DETAIL = 200

/** What the engine tells, without what does not fit into a message. */
export function momentOf(event: IdemEvent, process: number): NewMoment {
  const { type, key, name } = event
  const said = { at: Date.now(), process, type, key, name, detail: detailOf(event) }
  if (!('attempt' in event)) return said
  const moment = { ...said, attempt: event.attempt }
  if (event.type === 'started') return { ...moment, takeover: event.takeover }
  if (event.type === 'step') return { ...moment, step: event.step, replayed: event.replayed }
  return 'durationMs' in event ? { ...moment, durationMs: event.durationMs } : moment
}

function detailOf(event: IdemEvent): string | undefined {
  switch (event.type) {
    case 'failed':
      return short(`${event.kind}: ${messageOf(event.error)}`)
    case 'replayed':
      return `from the ${event.from}`
    case 'lease-lost':
      return event.reason
    case 'store-failed':
      return short(`${event.call}: ${messageOf(event.error)}`)
    case 'store-warning':
      return short(event.message)
    case 'refused':
    case 'unsettled':
    case 'unprotected':
    case 'value-omitted':
      return short(event.error.message)
    default:
      return undefined
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const short = (text: string): string => (text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text)
