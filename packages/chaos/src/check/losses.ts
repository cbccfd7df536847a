import type { BegunAttempt } from './attempt'
import { firstAnswerAt } from './first-answer-at'
import type { KeyHistory } from './key-history'
import { CLOCKS_DIFFER_MS } from './run-facts'

/** What was acknowledged and then forgotten, by what came of it. In a store that keeps what it acknowledges: nothing. */
export interface Losses {
  /** Attempts that ran although an answer had been acknowledged: its settle is lost. */
  readonly ranAgain: number
  /** Attempts that ran beside another, which held its lease: its claim, or the renewal of its lease, is lost. */
  readonly atOnce: number
  /** Steps that ran again although they had been saved. */
  readonly stepsAgain: number
  /** Keys whose callers were given more than one answer. */
  readonly answersDiffer: number
}

export const NO_LOSSES: Losses = { ranAgain: 0, atOnce: 0, stepsAgain: 0, answersDiffer: 0 }

export function addLosses(one: Losses, other: Losses): Losses {
  return {
    ranAgain: one.ranAgain + other.ranAgain,
    atOnce: one.atOnce + other.atOnce,
    stepsAgain: one.stepsAgain + other.stepsAgain,
    answersDiffer: one.answersDiffer + other.answersDiffer,
  }
}

/** What was lost of one key. */
export function lossesOf(history: KeyHistory): Losses {
  const { begun, facts } = history
  const answeredAt = firstAnswerAt(history)
  const values = new Set(history.all('answered').map(({ value }) => value))
  return {
    ranAgain: begun.filter(({ claimedAt }) => claimedAt > answeredAt).length,
    atOnce: begun.filter((attempt, index) =>
      begun.slice(0, index).some((before) => isAtWork(before, attempt.grantedAt, facts.leaseMs)),
    ).length,
    stepsAgain: begun.reduce((sum, attempt, index) => {
      const saved = new Set(begun.slice(0, index).flatMap(({ stepsSaved }) => stepsSaved))
      return sum + attempt.stepsRun.filter(({ name }) => saved.has(name)).length
    }, 0),
    answersDiffer: values.size > 1 ? 1 : 0,
  }
}

/** Whether an attempt held its lease for sure at some moment, and had not said how it ended. */
function isAtWork({ renewedAt, reports }: BegunAttempt, at: number, leaseMs: number): boolean {
  return renewedAt + leaseMs - CLOCKS_DIFFER_MS > at && !reports.some((report) => report.at < at)
}
