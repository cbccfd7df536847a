import type { StoredRecord } from '../../src/contracts/store'
import { type EncryptedCodecOptions, encryptedCodec } from '../../src/encrypted'
import { Idem } from '../../src/idem'
import { MemoryStore } from '../../src/memory/memory-store'
import type { AttemptOptions } from '../../src/options/options'

/** A secret of 32 bytes, another for each number. */
export const secret = (number: number): Uint8Array => new Uint8Array(32).fill(number)

export const KEYS = [{ id: 'one', key: secret(1) }] as const

/** A store, and any number of `Idem`s on it, each with keys of its own. */
export function sealedScene(store = new MemoryStore()) {
  const idem = (options: Partial<EncryptedCodecOptions> = {}, more: AttemptOptions = {}) =>
    new Idem({ ...more, store, codec: encryptedCodec({ keys: KEYS, ...options }) })
  const stored = async (key: string): Promise<StoredRecord> => {
    const record = await store.get(`idem:::${key}`)
    if (record === undefined) throw new Error(`there is no record of ${key}`)
    return record
  }
  /** Writes another text in the place of that which a record has, as whoever can write to the store may. */
  const forge = async (key: string, text: Partial<Pick<StoredRecord, 'value' | 'failure'>>) => {
    const claim = { key: `idem:::${key}`, owner: 'forger', leaseMs: 1000, keepMs: 1000 } as const
    const keeping = { retentionMs: 60_000, tombstoneMs: 0 }
    await store.delete(claim.key)
    await store.claim({ ...claim, maxAttempts: 1, onAbandoned: 'takeover' })
    const { value, failure } = text
    if (failure === undefined) await store.complete({ ...claim, ...keeping, value })
    else await store.fail({ ...claim, ...keeping, kind: 'final', failure })
  }
  return { store, idem, stored, forge }
}
