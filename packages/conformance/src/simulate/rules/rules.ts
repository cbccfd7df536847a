import type { Breach, History } from '../history'
import { alive } from './alive'
import { Case } from './case'
import { cheap } from './cheap'
import { explained } from './explained'
import { nothingGuessed } from './nothing-guessed'
import { oneAnswer } from './one-answer'
import { signal } from './signal'
import { steps } from './steps'

const RULES = [alive, oneAnswer, nothingGuessed, explained, steps, signal, cheap]

/** What a history breaks of the promise; nothing, if all is well. */
export function judge(history: History): Breach[] {
  const subject = new Case(history)
  const breaches = [...subject.ledger.breaches]
  for (const rule of RULES) breaches.push(...rule(subject))
  return breaches
}
