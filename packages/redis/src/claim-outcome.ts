import type { ClaimOutcome } from '@idem/core'
import { readNumber, readRecord, settled } from './record/record-bytes'
import { redisFailure } from './redis-failure'

const NO_STEPS = [] as const

/** What the claim script answered for one key, in the words of the contract. @throws StoreError for a failure of this key */
export function claimOutcome(reply: unknown): ClaimOutcome {
  // A long record stands beside what is said of it, any other behind.
  if (Array.isArray(reply)) return outcome(reply[0] as Buffer, reply[1] as Buffer, 0)
  if (reply instanceof Buffer) return outcome(reply, reply, 8)
  return { type: 'acquired', attempt: 1, fence: Number(reply), takeover: false, steps: NO_STEPS }
}

function outcome(head: Buffer, bytes: Buffer, start: number): ClaimOutcome {
  const number = readNumber(head, 1)
  switch (String.fromCharCode(head[0] as number)) {
    case 's':
      return settled(readRecord(bytes, start), number)
    case 'r': {
      const { attempt, fence } = readRecord(bytes, start)
      return { type: 'running', attempt, fence, leaseMs: number }
    }
    case 'a': {
      const { attempt, fence, takeover, steps } = readRecord(bytes, start)
      return { type: 'acquired', attempt, fence, takeover, steps }
    }
    case 'b': {
      const { state, attempt, payload } = readRecord(bytes, start)
      return { type: 'abandoned', attempt, failure: state === 'abandoned' ? payload : undefined }
    }
    case 'm':
      return { type: 'mismatch' }
    case 'x':
      return { type: 'expired' }
    default:
      throw redisFailure('claim', new Error(bytes.toString('utf8', start)))
  }
}
