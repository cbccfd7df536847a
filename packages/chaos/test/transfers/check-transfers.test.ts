import { describe, expect, it } from 'vitest'
import type { ChaosEvent, Happening } from '../../src/history/event'
import type { Books, Entry } from '../../src/transfers/bank'
import { checkTransfers } from '../../src/transfers/check-transfers'
import { ACCOUNTS, OPENING_BALANCE, transferOf } from '../../src/transfers/transfer'
import { type KeyPlan, makeWorkload } from '../../src/workload/workload'

const SEED = 1
const OPTIONS = { seed: SEED, keys: 1, duplicates: 2, processes: 2, leaseMs: 400, durationMs: 1000 }
const workload = makeWorkload(OPTIONS)
const PLAN = { ...workload.keys[0], failsForGood: false } as KeyPlan
const KEY = PLAN.key
const TRANSFER = transferOf(PLAN, SEED)

const at = <Type extends Happening['type']>(
  time: number,
  life: string,
  type: Type,
  rest: Omit<Extract<Happening, { type: Type }>, 'type' | 'key'>,
): ChaosEvent => ({ at: time, life, type, key: KEY, ...rest }) as unknown as ChaosEvent

const FAULT: ChaosEvent = { at: 300, life: 'director', type: 'fault', fault: 'cut', victim: '0.1' }
const RECEIPT = JSON.stringify({ entry: '1', left: 5 })
const ENTRY: Entry = { ...TRANSFER, entry: '1', transfer: KEY }

const answered = (life: string, duplicate: number, value = RECEIPT) =>
  at(100, life, 'answered', { call: `${life}/${duplicate}/1`, duplicate, value, attempt: 1, replayed: false })

const refused = (time: number, error: object, failure?: object) =>
  at(time, '0.1', 'refused', { call: '0.1/0/1', duplicate: 0, error, failure } as never)

const EVENTS = [
  at(10, '0.1', 'called', { call: '0.1/0/1', duplicate: 0 }),
  answered('0.1', 0),
  answered('1.1', 1),
  answered('auditor', -1),
]

/** What the bank has when these are in its ledger. */
function booksOf(ledger: readonly Entry[]): Books {
  const accounts = Array.from({ length: ACCOUNTS }, (_, index) => ({
    id: index + 1,
    balance: OPENING_BALANCE,
  }))
  for (const { from, to, amount } of ledger) {
    ;(accounts[from - 1] as { balance: number }).balance -= amount
    ;(accounts[to - 1] as { balance: number }).balance += amount
  }
  return { ledger, accounts }
}

function findings(
  events: readonly ChaosEvent[] = EVENTS,
  books: Books = booksOf([ENTRY]),
  plan: Partial<KeyPlan> = {},
): string[] {
  const own = { ...PLAN, ...plan }
  const duplicates = workload.duplicates.map((duplicate) => ({ ...duplicate, plan: own }))
  const facts = { events, workload: { keys: [own], duplicates }, leaseMs: 400, waitMs: 1000, unfinished: [] }
  return checkTransfers({ ...facts, seed: SEED, books }).map(({ rule, message }) => `${rule}: ${message}`)
}

const changed = (change: (accounts: { id: number; balance: number }[]) => void): Books => {
  const books = booksOf([ENTRY])
  const accounts = books.accounts.map((account) => ({ ...account }))
  change(accounts)
  return { ...books, accounts }
}

const PLANNED = { name: 'PlannedFailure', message: 'no', code: 'FOR_GOOD' }
const RECORDED = { name: 'OperationFailedError', message: 'no', code: 'OPERATION_FAILED' }

describe('checkTransfers', () => {
  it('finds nothing where all is well', () => {
    expect(findings()).toEqual([])
  })

  it('finds nothing where a transfer fails for good, and leaves no line', () => {
    const events = [
      refused(100, PLANNED),
      { ...refused(110, RECORDED, PLANNED), duplicate: 1 },
      { ...refused(120, RECORDED, PLANNED), duplicate: -1 },
    ] as ChaosEvent[]
    expect(findings(events, booksOf([]), { failsForGood: true })).toEqual([])
    expect(findings(events, booksOf([ENTRY]), { failsForGood: true })).toEqual([
      expect.stringMatching(/^every transfer is applied exactly once: .*1 times, not 0/),
    ])
  })

  it.each<[string, RegExp, Books]>([
    [
      'one that is applied twice',
      /in the ledger 2 times, not 1: 1, 2/,
      booksOf([ENTRY, { ...ENTRY, entry: '2' }]),
    ],
    ['one that is not applied', /in the ledger 0 times, not 1: none/, booksOf([])],
    ['one of another amount', /is not what/, booksOf([{ ...ENTRY, amount: ENTRY.amount + 1 }])],
    [
      'one that nobody wanted',
      /nobody wanted/,
      booksOf([ENTRY, { ...ENTRY, entry: '2', transfer: 'other' }]),
    ],
    [
      'money that was taken and not given',
      /^the total is preserved: /,
      changed((accounts) => {
        ;(accounts[TRANSFER.to - 1] as { balance: number }).balance -= TRANSFER.amount
      }),
    ],
    [
      'money that moved without a line in the ledger',
      /^balances are what the ledger says: account/,
      changed(([one, other]) => {
        if (one) one.balance -= 1
        if (other) other.balance += 1
      }),
    ],
  ])('finds %s', (_, message, books) => {
    expect(findings(EVENTS, books)).toContainEqual(expect.stringMatching(message))
  })

  it.each<[string, RegExp, readonly ChaosEvent[]]>([
    [
      'two answers',
      /^every answer is equal: callers were told .* and /,
      [...EVENTS, answered('2.1', 1, JSON.stringify({ entry: '1', left: 6 }))],
    ],
    [
      'an answer of what was rolled back',
      /told of entry 7, which is not in the ledger/,
      [...EVENTS, answered('2.1', 1, JSON.stringify({ entry: '7', left: 5 }))],
    ],
    ['a caller without an answer', /callers 1 got no answer/, EVENTS.filter(({ life }) => life !== '1.1')],
    ['a last call without an answer', /the last call/, EVENTS.filter(({ life }) => life !== 'auditor')],
    [
      'an error that nothing explains',
      /got Error without a reason/,
      [...EVENTS, FAULT, refused(200, { name: 'Error' })],
    ],
    ['impatience', /without a reason/, [...EVENTS, FAULT, refused(900, { name: 'E', code: 'IN_PROGRESS' })]],
    [
      'an attempt given up',
      /without a reason/,
      [...EVENTS, FAULT, refused(900, { name: 'E', code: 'ABANDONED' })],
    ],
    [
      'a process that died',
      /^processes end when they are done: /,
      [...EVENTS, { ...FAULT, fault: 'died-by-itself', detail: 'why' } as ChaosEvent],
    ],
  ])('finds %s', (_, message, events) => {
    expect(findings(events)).toContainEqual(expect.stringMatching(message))
  })

  it.each<[string, ChaosEvent]>([
    ['after a fault', refused(310, { name: 'Error', code: 'ECONNRESET' })],
    ['after waiting for long', refused(1010, { name: 'InProgressError', code: 'IN_PROGRESS' })],
    ['that was planned', refused(50, PLANNED)],
  ])('takes an error %s', (_, event) => {
    expect(findings([...EVENTS, FAULT, event])).toEqual([])
  })
})

describe('transferOf', () => {
  it('moves something between two accounts, the same for everybody', () => {
    for (let nth = 0; nth < 500; nth++) {
      const plan = { ...PLAN, key: `key-${nth}` }
      const { from, to, amount } = transferOf(plan, SEED)
      expect(from).not.toBe(to)
      for (const account of [from, to]) {
        expect(account).toBeGreaterThanOrEqual(1)
        expect(account).toBeLessThanOrEqual(ACCOUNTS)
      }
      expect(amount).toBeGreaterThan(0)
      expect(transferOf(plan, SEED)).toEqual(transferOf(plan, SEED))
    }
  })
})
