import type { ClaimOutcome } from '@idem/core'
import { readNumber, readRecord, settled } from './record/record-bytes'
import { redisFailure } from './redis-failure'

const NO_STEPS = [] as const

/** What the claim script answered for one key, in the words of the contract. @throws StoreError for a failure of this key */
export function claimOutcome(reply: unknown): ClaimOutcome {
  if (!(reply instanceof Buffer)) {
    return { type: 'acquired', attempt: 1, fence: Number(reply), takeover: false, steps: NO_STEPS }
  }
  const number = readNumber(reply, 1)
  switch (String.fromCharCode(reply[0] as number)) {
    case 's':
      return settled(readRecord(reply, 8), number)
    case 'r': {
      const { attempt, fence } = readRecord(reply, 8)
      return { type: 'running', attempt, fence, leaseMs: number }
    }
    case 'a': {
      const { attempt, fence, takeover, steps } = readRecord(reply, 8)
      return { type: 'acquired', attempt, fence, takeover, steps }
    }
    case 'b': {
      const { state, attempt, payload } = readRecord(reply, 8)
      return { type: 'abandoned', attempt, failure: state === 'abandoned' ? payload : undefined }
    }
    case 'm':
      return { type: 'mismatch' }
    case 'x':
      return { type: 'expired' }
    default:
      throw redisFailure('claim', new Error(reply.toString('utf8', 8)))
  }
}
