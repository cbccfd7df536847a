import { printEvent } from '../check/print-event'
import { processesEnd } from '../check/processes-end'
import type { RunFacts } from '../check/run-facts'
import type { Violation } from '../check/violation'
import { brought } from '../history/brought'
import { isOfAKey, type KeyEvent } from '../history/event'
import type { Books, Entry } from './bank'
import { hasReason } from './has-reason'
import { ACCOUNTS, OPENING_BALANCE, type Receipt, type Transfer, transferOf } from './transfer'

export interface TransferFacts extends RunFacts {
  readonly seed: number
  readonly books: Books
}

/** What the books and the callers' histories break of the promise; nothing, if all is well. */
export function checkTransfers(facts: TransferFacts): Violation[] {
  return [...processesEnd(facts), ...checkBooks(facts.books), ...checkEachTransfer(facts)]
}

function* checkBooks({ accounts, ledger }: Books): Generator<Violation> {
  const total = accounts.reduce((sum, { balance }) => sum + balance, 0)
  const expected = ACCOUNTS * OPENING_BALANCE
  if (total !== expected) {
    const message = `all accounts together have ${total}, and had ${expected}`
    yield { rule: 'the total is preserved', message, history: [] }
  }
  for (const { id, balance } of accounts) {
    const moved = ledger.reduce((sum, { from, to, amount }) => {
      return sum + (to === id ? amount : 0) - (from === id ? amount : 0)
    }, 0)
    if (balance === OPENING_BALANCE + moved) continue
    const message = `account ${id} has ${balance}; by the ledger it is ${OPENING_BALANCE + moved}`
    yield { rule: 'balances are what the ledger says', message, history: [] }
  }
}

function* checkEachTransfer(facts: TransferFacts): Generator<Violation> {
  const { events, workload, seed, books } = facts
  const known = new Set(workload.keys.map(({ key }) => key))
  for (const { transfer, entry } of books.ledger) {
    if (known.has(transfer)) continue
    yield {
      rule: APPLIED_ONCE,
      message: `entry ${entry} is of ${transfer}, which nobody wanted`,
      history: [],
    }
  }
  const ofKeys = events.filter(isOfAKey)
  for (const plan of workload.keys) {
    const { key, failsForGood } = plan
    const transfer = transferOf(plan, seed)
    const own = ofKeys.filter((event) => event.key === key).sort((one, other) => one.at - other.at)
    const entries = books.ledger.filter((entry) => entry.transfer === key)
    const callers = workload.duplicates.filter((duplicate) => duplicate.plan === plan).map(({ id }) => id)
    const found = [
      ...appliedOnce(transfer, entries, failsForGood),
      ...answeredAlike(own, entries),
      ...everyoneAnswered(own, callers),
      ...reasonable(own, facts),
    ]
    const history = found.length > 0 ? own.map(printEvent) : []
    for (const one of found) yield { ...one, key, history }
  }
}

type Found = Omit<Violation, 'key' | 'history'>

const APPLIED_ONCE = 'every transfer is applied exactly once'

function* appliedOnce(
  transfer: Transfer,
  entries: readonly Entry[],
  failsForGood: boolean,
): Generator<Found> {
  const rule = APPLIED_ONCE
  const { id, from, to, amount } = transfer
  const expected = failsForGood ? 0 : 1
  if (entries.length !== expected) {
    const lines = entries.map(({ entry }) => entry).join(', ') || 'none'
    yield { rule, message: `${id} is in the ledger ${entries.length} times, not ${expected}: ${lines}` }
  }
  for (const entry of entries) {
    if (entry.from === from && entry.to === to && entry.amount === amount) continue
    yield { rule, message: `entry ${entry.entry} is not what ${id} was to be: ${JSON.stringify(entry)}` }
  }
}

function* answeredAlike(own: readonly KeyEvent[], entries: readonly Entry[]): Generator<Found> {
  const rule = 'every answer is equal'
  const values = new Set(own.flatMap((event) => (event.type === 'answered' ? [event.value] : [])))
  if (values.size > 1) yield { rule, message: `callers were told ${[...values].join(' and ')}` }
  for (const value of values) {
    const { entry } = JSON.parse(value) as Receipt
    if (entries.some((written) => written.entry === entry)) continue
    yield { rule, message: `callers were told of entry ${entry}, which is not in the ledger` }
  }
}

/** Those of the run, and whoever asked when all was over. */
function* everyoneAnswered(own: readonly KeyEvent[], callers: readonly number[]): Generator<Found> {
  const rule = 'every caller is answered'
  const answered = new Set(own.flatMap(brought))
  const unanswered = callers.filter((id) => !answered.has(id))
  if (unanswered.length > 0)
    yield { rule, message: `callers ${unanswered.join(', ')} got no answer that stays` }
  if (![...answered].some((id) => id < 0)) yield { rule, message: 'the last call was not answered' }
}

function* reasonable(own: readonly KeyEvent[], facts: RunFacts): Generator<Found> {
  const rule = 'every error has its reason'
  for (const event of own) {
    if (event.type !== 'refused' || hasReason(event, facts)) continue
    const { call, error } = event
    yield { rule, message: `call ${call} got ${error.name} without a reason: ${error.message}` }
  }
}
