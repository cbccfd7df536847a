import { type Duration, type Idem, milliseconds, type RecordState } from '@idem/core'
import type { BatchObservableCallback } from '@opentelemetry/api'
import { type OtelOptions, resolveOptions } from './options'

export interface ObserveRecordsOptions extends Pick<OtelOptions, 'meter'> {
  /** How many records are looked at in all. @defaultValue 10,000 */
  readonly max?: number | undefined
  /** How often they are, at most: in between, what was seen is told again. @defaultValue `'1m'` */
  readonly every?: Duration | undefined
}

interface Census {
  readonly isWhole: boolean
  readonly byState: Readonly<Record<RecordState, number>>
}

const PAGE = 1000

/**
 * Counts records by state whenever metrics are collected, as `idem.records`. It walks through the records of the namespace, which
 * costs the store something, so that it is to be asked for, in one process, and has two bounds. If there are more than `max`,
 * the counts are of the first ones that the store showed, and `idem.records.uncounted` is 1.
 *
 * If the store fails nothing is told, that time. Returns what ends it.
 *
 * @throws TypeError that names the option that is wrong or unknown
 * @example
 * const stop = observeRecords(idem, { every: '5m' })
 */
export function observeRecords(idem: Pick<Idem, 'page'>, options: ObserveRecordsOptions = {}): () => void {
  const { max = 10_000, every = '1m', ...otel } = options
  if (!Number.isSafeInteger(max) || max < 1) throw new TypeError('max must be a whole number from 1')
  const everyMs = milliseconds('every', every, { min: 0 })
  const { meter } = resolveOptions(otel)
  const records = meter.createObservableGauge('idem.records', {
    unit: '{record}',
    description: 'Records by state.',
  })
  const uncounted = meter.createObservableGauge('idem.records.uncounted', {
    description: 'Whether there are more records than were counted.',
  })
  let last: Promise<Census> | undefined
  let lastAt = Number.NEGATIVE_INFINITY

  const observe: BatchObservableCallback = async (result) => {
    if (last === undefined || performance.now() - lastAt >= everyMs) {
      lastAt = performance.now()
      last = census(idem, max)
    }
    const seen = await last.catch(() => undefined)
    if (seen === undefined) {
      last = undefined
      return
    }
    for (const [state, count] of Object.entries(seen.byState))
      result.observe(records, count, { 'idem.record.state': state })
    result.observe(uncounted, seen.isWhole ? 0 : 1)
  }
  meter.addBatchObservableCallback(observe, [records, uncounted])
  return () => meter.removeBatchObservableCallback(observe, [records, uncounted])
}

async function census(idem: Pick<Idem, 'page'>, max: number): Promise<Census> {
  const byState = { running: 0, succeeded: 0, failed: 0, abandoned: 0 }
  let left = max
  let cursor: string | undefined
  do {
    const page = await idem.page({ limit: Math.min(PAGE, left), cursor })
    for (const { state } of page.records) byState[state]++
    left -= page.records.length
    cursor = page.cursor
  } while (cursor !== undefined && left > 0)
  return { byState, isWhole: cursor === undefined }
}
