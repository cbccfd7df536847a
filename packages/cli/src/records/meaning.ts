import type { StoredRecord } from '@idem/core'
import { PROGRAM } from '../program'
import { shortDuration } from '../terminal/times'
import { shellQuoted } from './shell-quoted'

/** What a record means to callers of its key, and what an operator can do. */
export interface Meaning {
  readonly means: string
  readonly actions: readonly string[]
}

export function meaningOf(record: StoredRecord): Meaning {
  const { state, retryable, attempt, value } = record
  const key = shellQuoted(record.key)
  const resolve = `${PROGRAM} resolve ${key} --value '<json>'`
  const forget = `${PROGRAM} forget ${key}`
  switch (state) {
    case 'running':
      return {
        means:
          `Attempt ${attempt} is running: its owner holds the record for another ${shortDuration(record.leaseMs ?? 0)}, and renews that ` +
          'while it lives. Callers wait for it, or are told to come back.',
        actions: [
          'Wait. If its process is dead, the lease runs out by itself, and the record becomes abandoned.',
          `${forget} --force removes it all the same: if the process lives, another may do the work beside it.`,
        ],
      }
    case 'abandoned':
      return {
        means:
          `Attempt ${attempt} ended without anybody knowing how: ${ending(record)}. Its work may have been done, in part or in whole, or not. ` +
          "What the next call does is the application's onAbandoned: it runs again, asks, or is refused until somebody decides.",
        actions: [
          'First find out, where the work has its effect, whether it was done.',
          `It was done:      ${resolve}`,
          `It was not done:  ${forget}${forgottenSteps(record)}`,
        ],
      }
    case 'failed':
      return retryable
        ? {
            means: `Attempt ${attempt} failed, and may be tried again: the next call runs attempt ${attempt + 1}, if the application allows so many.`,
            actions: [
              'Nothing needs to be done.',
              `If the work was done elsewhere: ${resolve}`,
              `To begin again as attempt 1: ${forget}${forgottenSteps(record)}`,
            ],
          }
        : {
            means: `Attempt ${attempt} failed for good: every call gets this failure until the record expires.`,
            actions: [`To let it run again: ${forget}${forgottenSteps(record)}`],
          }
    case 'succeeded':
      return {
        means:
          value === undefined
            ? `Attempt ${attempt} succeeded, with a value that could not be kept: calls get ResultUnavailableError, and nothing runs again.`
            : `Attempt ${attempt} succeeded: every call gets its value until the record expires, and nothing runs again.`,
        actions: ['Nothing needs to be done.', `${forget} makes the next call do the work a second time.`],
      }
  }
}

function ending({ failure, leaseUntil }: StoredRecord): string {
  if (failure !== undefined) return 'it said so itself, as its failure tells'
  return leaseUntil === undefined
    ? 'its lease ran out'
    : `its lease ran out at ${new Date(leaseUntil).toISOString()}`
}

function forgottenSteps({ steps }: StoredRecord): string {
  return steps.length === 0 ? '' : '  (its steps are forgotten, too, and are done again)'
}
