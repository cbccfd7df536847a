import { describe, expect, it } from 'vitest'
import type { Claim, Completion } from '../../src/contracts/store'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import type { AttemptOptions } from '../../src/options/options'
import { DEFAULTS, OF_AN_ATTEMPT, resolveSettings } from '../../src/options/settings'

const codec = { encode: (value: unknown) => String(value), decode: (text: string) => text }

const everyOption: Required<AttemptOptions> = {
  retention: '7d',
  tombstone: '1d',
  lease: '10s',
  maxRunTime: Number.POSITIVE_INFINITY,
  waitTimeout: 0,
  settleTimeout: '9s',
  storeTimeout: 1,
  onInProgress: 'wait',
  isRetryable: () => false,
  maxAttempts: 3,
  onAbandoned: 'reject',
  onStoreDown: 'run',
  codec,
  errorCodec: { decode: () => new Error('mine') },
  maxResultBytes: Number.POSITIVE_INFINITY,
}

describe('resolveSettings', () => {
  it('knows every option there is', () => {
    expect([...OF_AN_ATTEMPT].sort()).toEqual(Object.keys(everyOption).sort())
  })

  it('gives the defaults when nothing is said', () => {
    expect(resolveSettings({}, DEFAULTS)).toEqual({
      retentionMs: 24 * 60 * 60 * 1000,
      tombstoneMs: 0,
      leaseMs: 30_000,
      maxRunTimeMs: 60 * 60 * 1000,
      waitTimeoutMs: 30_000,
      settleTimeoutMs: 5_000,
      storeTimeoutMs: 2_000,
      onInProgress: 'wait',
      isRetryable: expect.any(Function),
      maxAttempts: Number.POSITIVE_INFINITY,
      onAbandoned: 'rerun',
      onStoreDown: 'throw',
      codec: expect.objectContaining({ encode: expect.any(Function), decode: expect.any(Function) }),
      errorCodec: {},
      maxResultBytes: 1024 * 1024,
    })
    expect(DEFAULTS.isRetryable(new Error('any'), 1)).toBe(true)
  })

  it('takes what is explicitly undefined for not said', () => {
    const nothing = Object.fromEntries(Object.keys(everyOption).map((option) => [option, undefined]))
    expect(resolveSettings(nothing, DEFAULTS)).toEqual(DEFAULTS)
    const before = resolveSettings(everyOption, DEFAULTS)
    expect(resolveSettings(nothing, before)).toEqual(before)
  })

  it('turns every option into its setting, durations into milliseconds', () => {
    expect(resolveSettings(everyOption, DEFAULTS)).toEqual({
      retentionMs: 604_800_000,
      tombstoneMs: 86_400_000,
      leaseMs: 10_000,
      maxRunTimeMs: Number.POSITIVE_INFINITY,
      waitTimeoutMs: 0,
      settleTimeoutMs: 9_000,
      storeTimeoutMs: 1,
      onInProgress: 'wait',
      isRetryable: everyOption.isRetryable,
      maxAttempts: 3,
      onAbandoned: 'reject',
      onStoreDown: 'run',
      codec,
      errorCodec: everyOption.errorCodec,
      maxResultBytes: Number.POSITIVE_INFINITY,
    })
  })

  it('lets the last word count, and leaves what was said before as it was', () => {
    const first = resolveSettings({ lease: '10s', retention: '7d' }, DEFAULTS)
    const second = resolveSettings({ lease: '20s' }, first)
    expect(second).toMatchObject({ leaseMs: 20_000, retentionMs: 604_800_000 })
    expect(first).toMatchObject({ leaseMs: 10_000 })
    expect(DEFAULTS).toMatchObject({ leaseMs: 30_000 })
  })

  it('reads an option that is an accessor, once', () => {
    let read = 0
    const options = {
      get lease() {
        read++
        return '7s' as const
      },
    }
    expect(resolveSettings(options, DEFAULTS)).toMatchObject({ leaseMs: 7_000 })
    expect(read).toBe(1)
  })

  it('takes frozen options, and options without a prototype', () => {
    expect(resolveSettings(Object.freeze({ lease: 5 }), DEFAULTS)).toMatchObject({ leaseMs: 5 })
    const bare: AttemptOptions = Object.assign(Object.create(null), { lease: 5 })
    expect(resolveSettings(bare, DEFAULTS)).toMatchObject({ leaseMs: 5 })
  })
})

/** A store that tells what it was asked last. */
class Asked extends MemoryStore {
  last: { claim?: Claim; complete?: Completion } = {}

  override claim(claim: Claim) {
    this.last.claim = claim
    return super.claim(claim)
  }

  override complete(completion: Completion) {
    this.last.complete = completion
    return super.complete(completion)
  }
}

describe('the options of a call', () => {
  const ofIdem = { retention: '1h', lease: '11s', maxAttempts: 7, tombstone: '2h' } as const
  const stage = () => {
    const store = new Asked()
    return { store, idem: new Idem({ store, ...ofIdem }) }
  }

  it('are those of the Idem where the call says nothing', async () => {
    const { store, idem } = stage()
    await idem.run('a', () => 1, { retention: undefined, lease: undefined })
    expect(store.last.claim).toMatchObject({ leaseMs: 11_000, keepMs: 3_600_000, maxAttempts: 7 })
    expect(store.last.complete).toMatchObject({ retentionMs: 3_600_000, tombstoneMs: 7_200_000 })
  })

  it('win over those of the Idem, for this call only', async () => {
    const { store, idem } = stage()
    await idem.run('a', () => 1, { retention: '5m', lease: '22s' })
    expect(store.last.claim).toMatchObject({ leaseMs: 22_000, keepMs: 300_000, maxAttempts: 7 })
    expect(store.last.complete).toMatchObject({ retentionMs: 300_000, tombstoneMs: 7_200_000 })
    await idem.run('b', () => 1)
    expect(store.last.claim).toMatchObject({ leaseMs: 11_000 })
  })

  it('are, for a wrapped function, what wrap says over what the Idem says', async () => {
    const { store, idem } = stage()
    const wrapped = idem.wrap(async (id: string) => id, {
      name: 'w',
      key: (id) => id,
      retention: '5m',
      lease: undefined,
    })
    await wrapped('a')
    expect(store.last.claim).toMatchObject({ key: 'idem:w::a', leaseMs: 11_000, keepMs: 300_000 })
    expect(store.last.complete).toMatchObject({ retentionMs: 300_000, tombstoneMs: 7_200_000 })
  })

  it('are read when an Idem is made or a function wrapped, and not again', async () => {
    const store = new Asked()
    const options: { store: Asked; lease: number; namespace: string } = {
      store,
      lease: 5_000,
      namespace: 'one',
    }
    const idem = new Idem(options)
    options.lease = 9_000
    options.namespace = 'other'
    await idem.run('a', () => 1)
    expect(store.last.claim).toMatchObject({ key: 'one:::a', leaseMs: 5_000 })
  })

  it('may be explicitly undefined wherever they are optional', async () => {
    const idem = new Idem({
      store: new MemoryStore({ max: undefined, clock: undefined }),
      namespace: undefined,
      cache: undefined,
      observer: undefined,
      runtime: undefined,
    })
    const call = { name: undefined, scope: undefined, fingerprint: undefined, signal: undefined }
    expect(await idem.run('a', () => 1, call)).toBe(1)
    expect((await idem.inspect('a', { scope: undefined, name: undefined }))?.key).toBe('idem:::a')
    expect((await idem.page({ state: undefined, limit: undefined, cursor: undefined })).records).toHaveLength(
      1,
    )
    const wrapped = idem.wrap(() => 2, {
      name: 'w',
      key: () => 'b',
      scope: undefined,
      fingerprint: undefined,
      signal: undefined,
    })
    expect(await wrapped()).toBe(2)
  })
})
