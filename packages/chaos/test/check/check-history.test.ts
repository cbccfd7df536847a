import { describe, expect, it } from 'vitest'
import { checkHistory } from '../../src/check/check-history'
import { NO_LOSSES } from '../../src/check/losses'
import type { ChaosEvent } from '../../src/history/event'
import type { KeyPlan } from '../../src/workload/workload'
import {
  at,
  change,
  facts,
  failure,
  grantedTwice,
  refusal,
  storeError,
  takeover,
  the,
} from './forged-history'

describe('checkHistory', () => {
  it.each([
    ['in which an attempt is taken over', takeover, {}],
    ['in which an attempt fails and is followed by another', failure, grantedTwice, {}],
    ['in which a claim is granted twice, and another attempt in between', grantedTwice, {}],
    [
      'in which the caller of an abandoned attempt waits for an operator, who comes',
      [
        ...takeover.filter(({ at: time }) => time < 500),
        at(600, '1.1', 'refused', {
          call: '1.1/1/1',
          duplicate: 1,
          error: { name: 'AbandonedError', message: 'nobody knows', code: 'ABANDONED' },
        }),
        at(601, '1.1', 'resolving', { value: 'by hand' }),
        at(603, '1.1', 'resolved', { value: 'by hand', accepted: true }),
        ...change(
          change(
            takeover.filter(({ at: time }) => time >= 700),
            ({ type }) => type === 'answered' || type === 'recorded',
            { value: 'by hand', attempt: 1 },
          ),
          the('recorded'),
          { fence: 1000 },
        ),
        at(701, '1.1', 'called', { call: '1.1/1/2', duplicate: 1 }),
        at(702, '1.1', 'answered', {
          call: '1.1/1/2',
          duplicate: 1,
          value: 'by hand',
          attempt: 1,
          replayed: true,
        }),
      ],
      { onAbandoned: 'reject' },
    ],
    [
      'in which an attempt that nobody began was taken over',
      [
        ...change(
          change(takeover, the('claimed', { fence: 2000 }), { attempt: 3, at: 1014 }),
          (event) => 'attempt' in event && event.attempt === 2,
          { attempt: 3 },
        ),
        at(512, '3.1', 'claiming', { owner: 'X' }),
      ].map((event) => (event.at > 514 && event.at < 1014 ? { ...event, at: event.at + 510 } : event)),
      {},
    ],
    ['in which the store failed after a fault', [...takeover, ...refusal(storeError)], {}],
    [
      'in which the store failed where it was slow',
      [
        ...change(takeover, the('fault'), undefined),
        at(549, '2.1', 'claimed', { owner: 'X', sentAt: 300, outcome: 'running' }),
        ...refusal(storeError),
      ],
      {},
    ],
    [
      'in which a late owner lost its lease, and there was nobody yet with an answer',
      [
        ...takeover,
        at(530, '0.1', 'settled', { owner: 'A', sentAt: 528, ending: 'succeeded', accepted: false }),
      ],
      {},
    ],
  ] as [string, ChaosEvent[], Partial<KeyPlan>][])('finds nothing in a history %s', (_, events, plan) => {
    const { violations, losses } = checkHistory(facts(events, plan))
    expect(violations.map(({ message }) => message)).toEqual([])
    expect(losses).toEqual(NO_LOSSES)
  })

  it('finds a process that died by itself', () => {
    const detail = 'it ended with exit code 1'
    const died = { type: 'fault', fault: 'died-by-itself', victim: '1.1', detail } as const
    const { violations } = checkHistory(facts([...takeover, { at: 700, life: 'director', ...died }]))
    expect(violations).toMatchObject([{ message: `process 1.1: ${detail}` }])
  })

  it('finds a process that does not end', () => {
    const { violations } = checkHistory({ ...facts(takeover), unfinished: ['4.2'] })
    expect(violations).toMatchObject([{ message: 'process 4.2 did not end' }])
  })

  it('shows all that is known of the key, in the order of time', () => {
    const events = change(takeover, the('answered', { life: '0.2' }), { value: 'another' })
    const [violation] = checkHistory(facts(events.toReversed())).violations
    expect(violation?.key).toBe('key-0')
    expect(violation?.history).toHaveLength(events.filter((event) => 'key' in event).length)
    expect(violation?.history[0]).toMatch(/^ +1\.000 {2}0\.1 +called +call 0\.1\/0\/1/)
  })

  it('refuses a history that tells of a key which nobody has', () => {
    const events = change(takeover, the('recorded'), { key: 'key-1' })
    expect(() => checkHistory(facts(events))).toThrow('a key that nobody has: key-1')
  })
})
