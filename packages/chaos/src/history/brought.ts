import { isForGood } from '../worker/planned-failure'
import type { ChaosEvent } from './event'

/** Which duplicate was brought to an end with an event, if one was. */
export function brought(event: ChaosEvent): number[] {
  if (event.type === 'answered') return [event.duplicate]
  return event.type === 'refused' && (isForGood(event.error) || isForGood(event.failure))
    ? [event.duplicate]
    : []
}
