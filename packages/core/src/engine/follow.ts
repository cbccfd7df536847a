import { LeaseLostError, type StoreError } from '../errors'
import { type Call, desert } from './call'
import type { Flight } from './flight'
import { type Outcome, refused, replayed } from './outcome'
import { Pause } from './pause'

/** The outcome for an attempt that lost its record: whatever the winner's is. Only looks, and never claims. */
export async function follow(call: Call, flight: Flight, attempt: number): Promise<Outcome> {
  const { key, settings, store, calls, runtime } = call
  const pause = new Pause(store, calls, runtime, key)
  flight.onDeserted = pause.wake
  try {
    for (;;) {
      const record = await calls.repeat('get', settings.storeTimeoutMs, () => store.get(key))
      if (record?.state === 'succeeded' || record?.state === 'failed') {
        call.emit({ type: 'shared', attempt: record.attempt })
        return replayed({ ...record, state: record.state }, settings)
      }
      if (record?.state !== 'running') break
      flight.wait({ attempt: record.attempt, leaseMs: record.leaseMs ?? 0, elsewhere: true })
      if (!flight.deserted) await pause.untilWorthALook(record.leaseMs ?? 0, settings.storeTimeoutMs)
      if (flight.deserted) return desert(call)
    }
  } catch (error) {
    return refused(() => error as StoreError)
  } finally {
    pause.end()
  }
  return refused(
    () => new LeaseLostError(`attempt ${attempt} of ${key} lost its lease, and nobody else has an answer`),
  )
}
