import type { Charge } from '../gateway/ledger'
import type { Ending } from './client'
import { orderOf } from './storm-gateway'

/** What clients were told that they should not have been. */
export interface Wrong {
  /** An order that was paid for the same payment, but is not the one that most of its clients got. */
  readonly otherOrder: number
  /** An order that nothing was charged for in this payment. */
  readonly unpaid: number
  /** That it will not be done, though it should be. */
  readonly refused: number
  /** That it has failed, however often they asked. */
  readonly failedForEver: number
}

export interface Tally {
  /** How often the card should have been charged. */
  readonly intended: number
  readonly charges: number
  readonly clients: number
  /** How many clients got an answer, right or wrong, before they lost patience. */
  readonly answers: number
  readonly wrong: Wrong
  /** All of {@link Tally.wrong}. */
  readonly wrongAnswers: number
}

/**
 * Counts one payment.
 *
 * @param charges - what the gateway's ledger has of it
 */
export function tally(charges: readonly Charge[], endings: readonly Ending[]): Tally {
  const paid = charges.map(({ id }) => orderOf(id))
  const told = endings.flatMap((end) => (end.type === 'paid' && paid.includes(end.order) ? [end.order] : []))
  const count = (is: (ending: Ending) => boolean): number => endings.filter(is).length
  const wrong: Wrong = {
    otherOrder: told.length - mostCommon(told),
    unpaid: count((end) => end.type === 'paid' && !paid.includes(end.order)),
    refused: count(({ type }) => type === 'refused'),
    failedForEver: count(({ type }) => type === 'failed'),
  }
  return {
    intended: 1,
    charges: charges.length,
    clients: endings.length,
    answers: count(({ type }) => type !== 'unanswered'),
    wrong,
    wrongAnswers: Object.values(wrong).reduce((sum, some) => sum + some, 0),
  }
}

/** How often the text comes that comes most often. */
function mostCommon(texts: readonly string[]): number {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return Math.max(0, ...counts.values())
}

/** Several payments together. */
export function total(tallies: readonly Tally[]): Tally {
  const sum = (of: (one: Tally) => number): number => tallies.reduce((all, one) => all + of(one), 0)
  return {
    intended: sum(({ intended }) => intended),
    charges: sum(({ charges }) => charges),
    clients: sum(({ clients }) => clients),
    answers: sum(({ answers }) => answers),
    wrong: {
      otherOrder: sum(({ wrong }) => wrong.otherOrder),
      unpaid: sum(({ wrong }) => wrong.unpaid),
      refused: sum(({ wrong }) => wrong.refused),
      failedForEver: sum(({ wrong }) => wrong.failedForEver),
    },
    wrongAnswers: sum(({ wrongAnswers }) => wrongAnswers),
  }
}

/** One charge for each payment that is meant, and for every client the order of its payment. */
export function isRight({ intended, charges, clients, answers, wrongAnswers }: Tally): boolean {
  return charges === intended && answers === clients && wrongAnswers === 0
}
