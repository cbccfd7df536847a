import type { Store, StoredRecord } from '@idem/core'
import fc from 'fast-check'
import { expect } from 'vitest'
import { aClaim, aCompletion, aFailure, fingerprintOf, token } from './requests'

/** Texts whose length in bytes is not their length in characters, and those that stand for something in the layout. */
const aText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '\0', '\0\0\0\0', '€uro', '💶'.repeat(9), 'x'.repeat(70_000)),
)
const anOwner = fc.oneof(
  fc.constant(undefined).map(token),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  // 16 and 15 bytes.
  fc.constantFrom('é'.repeat(8), 'x'.repeat(15), '💶'.repeat(4)),
)
const aFingerprint = fc.option(
  fc.oneof(aText.map(fingerprintOf), fc.constantFrom('é'.repeat(12), 'x'.repeat(23)), aText),
  { nil: undefined },
)
const someSteps = fc.uniqueArray(fc.record({ name: aText, value: fc.option(aText, { nil: undefined }) }), {
  maxLength: 3,
  selector: ({ name }) => name,
})
const anEnd = <Kind extends string>(...kinds: Kind[]) =>
  fc.record({ owner: anOwner, payload: aText, steps: someSteps, kind: fc.constantFrom(...kinds) })

export const aStory = fc.record({
  before: fc.array(anEnd('retryable', 'abandoned'), { maxLength: 2 }),
  last: anEnd('running', 'succeeded', 'omitted', 'final', 'retryable', 'abandoned', 'released'),
  fingerprint: aFingerprint,
  keeping: fc.record({
    retentionMs: fc.constantFrom(60_000, 1e12, Infinity),
    tombstoneMs: fc.constantFrom(0, 60_000, Infinity),
  }),
  leaseMs: fc.constantFrom(60_000, 1e12, Infinity),
})

export type Story = typeof aStory extends fc.Arbitrary<infer T> ? T : never
type Chapter = Story['last'] | Story['before'][number]

const STATES = {
  running: 'running',
  succeeded: 'succeeded',
  omitted: 'succeeded',
  final: 'failed',
  retryable: 'failed',
  abandoned: 'abandoned',
} as const

/** Lets attempts of a key begin, save steps and end, and tells what is to be read then. */
export async function play(
  store: Store,
  key: string,
  story: Story,
): Promise<Partial<StoredRecord> | undefined> {
  const { before, last, fingerprint, keeping, leaseMs } = story
  const steps = new Map<string, string | undefined>()
  let fence = 0

  async function attempt({ steps: saved, owner, payload, kind }: Chapter, number: number): Promise<string> {
    const own = { key, owner: `${number}${owner}` }
    const claimed = await store.claim(aClaim(key, { ...own, fingerprint, leaseMs }))
    if (claimed.type !== 'acquired') return expect.fail(`attempt ${number}: ${claimed.type}`)
    expect(claimed).toMatchObject({ attempt: number, steps: stepsOf(steps) })
    fence = claimed.fence
    for (const { name, value } of saved) {
      if (!steps.has(name)) steps.set(name, value)
      expect(await store.saveStep({ ...own, name, value })).toBe(true)
    }
    if (kind === 'succeeded') await store.complete(aCompletion(own, { ...keeping, value: payload }))
    else if (kind === 'omitted') await store.complete(aCompletion(own, { ...keeping, value: undefined }))
    else if (kind === 'released') expect(await store.release(own)).toBe(true)
    else if (kind !== 'running') await store.fail(aFailure(own, { ...keeping, kind, failure: payload }))
    return own.owner
  }
  for (const [i, chapter] of before.entries()) await attempt(chapter, i + 1)
  const number = before.length + 1
  const owner = await attempt(last, number)
  const previous = before.at(-1)
  const told = { key, owner, fingerprint, steps: stepsOf(steps) }
  if (last.kind !== 'released') {
    const { kind, payload } = last
    const hasFailed = kind === 'final' || kind === 'retryable' || kind === 'abandoned'
    return {
      ...told,
      state: STATES[kind],
      retryable: kind === 'retryable',
      attempt: number,
      fence,
      takeover: previous?.kind === 'abandoned',
      value: kind === 'succeeded' ? payload : undefined,
      failure: hasFailed ? payload : undefined,
    }
  }
  if (previous === undefined) return undefined
  return {
    ...told,
    state: STATES[previous.kind],
    retryable: previous.kind === 'retryable',
    attempt: number - 1,
    fence: fence - 1,
    takeover: false,
    value: undefined,
    failure: previous.payload,
  }
}

const stepsOf = (steps: ReadonlyMap<string, string | undefined>) =>
  [...steps].map(([name, value]) => ({ name, value }))
