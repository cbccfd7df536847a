import type { SavedStep, Settled, StoredRecord } from '@idem/core'

/**
 * A record as the scripts write it; `scripts/record.lua` tells the layout. Decoded from where it begins in a reply.
 */
export interface RecordBytes {
  readonly state: 'running' | 'succeeded' | 'failed' | 'abandoned'
  readonly retryable: boolean
  readonly attempt: number
  readonly fence: number
  readonly takeover: boolean
  readonly owner: string
  readonly fingerprint: string | undefined
  readonly createdAt: number
  readonly updatedAt: number
  /** Of a running record; `Infinity` for never. */
  readonly leaseUntil: number | undefined
  /** Where a tombstone follows the retention, when it begins. */
  readonly retentionEnd: number | undefined
  readonly steps: readonly SavedStep[]
  readonly payload: string | undefined
}

const TAKEOVER = 1
const OWNER16 = 2
const FINGERPRINT24 = 4
const FINGERPRINT = 8
const LATER = 16
const STEPS = 32
const PAYLOAD = 64
const WIDE = 128

const STATES = {
  248: 'running',
  249: 'succeeded',
  250: 'failed',
  251: 'failed',
  252: 'abandoned',
} as const

const RUNNING = 248
const RETRYABLE = 251

const NO_STEPS: readonly SavedStep[] = []

/** Stands for never in 7 bytes. */
const NEVER = Number.MAX_SAFE_INTEGER

/** A number of 7 bytes, as the scripts write ends and durations; `Infinity` for never. */
export function readNumber(bytes: Buffer, at: number): number {
  const number = bytes.readUIntBE(at, 3) * 2 ** 32 + bytes.readUInt32BE(at + 3)
  return number >= NEVER ? Infinity : number
}

export function readRecord(bytes: Buffer, start: number): RecordBytes {
  const state = bytes[start] as keyof typeof STATES
  const flags = bytes[start + 1] as number
  const fence = readNumber(bytes, start + 2)
  const claimedAt = Math.floor(fence / 1000)
  let updatedAt = claimedAt + bytes.readUIntBE(start + 9, 3)
  let at = start + 12

  let length = 16
  if (!(flags & OWNER16)) {
    length = bytes.readUInt16BE(at)
    at += 2
  }
  const owner = bytes.toString('utf8', at, at + length)
  at += length

  let fingerprint: string | undefined
  if (flags & (FINGERPRINT24 | FINGERPRINT)) {
    length = 24
    if (flags & FINGERPRINT) {
      length = bytes.readUInt32BE(at)
      at += 4
    }
    fingerprint = bytes.toString('utf8', at, at + length)
    at += length
  }

  let attempt = 1
  let createdAt = claimedAt
  if (flags & LATER) {
    attempt = bytes.readUInt32BE(at)
    createdAt = bytes.readUIntBE(at + 4, 6)
    at += 10
  }
  let retentionEnd: number | undefined
  if (flags & WIDE) {
    updatedAt = readNumber(bytes, at)
    retentionEnd = readNumber(bytes, at + 7) || undefined
    at += 14
  }
  let leaseUntil: number | undefined
  if (state === RUNNING) {
    leaseUntil = readNumber(bytes, at)
    at += 7
  }
  let steps = NO_STEPS
  if (flags & STEPS) {
    length = bytes.readUInt32BE(at)
    steps = readSteps(bytes, at + 4, at + 4 + length)
    at += 4 + length
  }
  return {
    state: STATES[state],
    retryable: state === RETRYABLE,
    attempt,
    fence,
    takeover: (flags & TAKEOVER) !== 0,
    owner,
    fingerprint,
    createdAt,
    updatedAt,
    leaseUntil,
    retentionEnd,
    steps,
    payload: flags & PAYLOAD ? bytes.toString('utf8', at, bytes.length) : undefined,
  }
}

function readSteps(bytes: Buffer, start: number, end: number): SavedStep[] {
  const steps: SavedStep[] = []
  for (let at = start; at < end; ) {
    let length = bytes.readUInt32BE(at)
    const name = bytes.toString('utf8', at + 4, at + 4 + length)
    at += 4 + length
    length = bytes.readUInt32BE(at) - 1
    const value = length < 0 ? undefined : bytes.toString('utf8', at + 4, at + 4 + length)
    at += 4 + Math.max(length, 0)
    steps.push({ name, value })
  }
  return steps
}

/** The settled record as an outcome. */
export function settled(record: RecordBytes, retentionMs: number): Settled {
  const succeeded = record.state === 'succeeded'
  return {
    type: 'settled',
    state: succeeded ? 'succeeded' : 'failed',
    attempt: record.attempt,
    fingerprint: record.fingerprint,
    value: succeeded ? record.payload : undefined,
    failure: succeeded ? undefined : record.payload,
    retryable: record.retryable,
    retentionMs,
  }
}

/** The record as `get` and `list` show it; nothing of a tombstone. */
export function shown(
  key: string,
  record: RecordBytes,
  keyExpiresAt: number,
  now: number,
): StoredRecord | undefined {
  const { state, payload, leaseUntil, retentionEnd = keyExpiresAt, ...rest } = record
  if (now >= retentionEnd) return undefined
  const isLive = leaseUntil !== undefined && now < leaseUntil
  return {
    key,
    ...rest,
    state: state === 'running' && !isLive ? 'abandoned' : state,
    value: state === 'succeeded' ? payload : undefined,
    // What a running record has is the failure of the attempt before it.
    failure: state === 'failed' || state === 'abandoned' ? payload : undefined,
    expiresAt: retentionEnd,
    ...(leaseUntil !== undefined && { leaseUntil }),
    ...(isLive && { leaseMs: leaseUntil - now }),
  }
}
