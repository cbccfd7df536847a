import type { Random } from '@idem/harness'
import { firstRun, join, longRun, replay, waitElsewhere } from './answers'
import { finalFailure, retryableFailure, steps, takeover } from './failures'
import { leaveAttempt, leaveWait } from './leaving'
import { lock } from './locks'
import { forget, list, mismatch } from './looks'
import type { Act } from './scene'
import { transact } from './transactions'

/** One kind of scene. */
export interface Part {
  readonly name: string
  /** Of a hundred scenes, so many are of this kind. */
  readonly share: number
  readonly act: Act
}

/** What a load consists of; the README says what each is. */
export const MIX: readonly Part[] = [
  { name: 'first run', share: 24, act: firstRun },
  { name: 'replay', share: 22, act: replay },
  { name: 'join', share: 8, act: join },
  { name: 'wait elsewhere', share: 8, act: waitElsewhere },
  { name: 'long run', share: 1, act: longRun },
  { name: 'retryable failure', share: 5, act: retryableFailure },
  { name: 'final failure', share: 4, act: finalFailure },
  { name: 'takeover', share: 2, act: takeover },
  { name: 'steps', share: 4, act: steps },
  { name: 'leave an attempt', share: 3, act: leaveAttempt },
  { name: 'leave a wait', share: 3, act: leaveWait },
  { name: 'mismatch', share: 3, act: mismatch },
  { name: 'forget', share: 2, act: forget },
  { name: 'list', share: 1, act: list },
  { name: 'lock', share: 5, act: lock },
  { name: 'transaction', share: 5, act: transact },
]

const TOTAL = MIX.reduce((sum, { share }) => sum + share, 0)

export function pickPart(random: Random): Part {
  let at = random.next() * TOTAL
  for (const part of MIX) {
    at -= part.share
    if (at < 0) return part
  }
  throw new RangeError('there is no mix')
}
