import { CodecError } from '../errors'
import { fromBase64 } from './base64'
import type { Codec } from './codec'
import { TAG, toPlain } from './to-plain'

/**
 * JSON, and in it, as `{ "$": tag, "v": … }`, what JSON cannot say: `undefined`, `NaN`, infinities, `-0`, `bigint`,
 * `Date`, `Map`, `Set`, `Uint8Array`, `Buffer`, `ArrayBuffer`. Refuses everything that would not come back equal.
 */
export const taggedJson: Codec = {
  encode: (value) => JSON.stringify(toPlain(value, false)),
  decode(text) {
    try {
      const plain: unknown = JSON.parse(text)
      return text.includes(`"${TAG}"`) ? revive(plain) : plain
    } catch (cause) {
      throw cause instanceof CodecError ? cause : new CodecError(`not tagged JSON: ${String(cause)}`, { cause })
    }
  },
}

type Reviver = (content: never) => unknown

const bytes = (text: string): Uint8Array => fromBase64(text)

const REVIVERS: Record<string, Reviver> = {
  undefined: () => undefined,
  number: (text: string) => Number(text),
  bigint: (text: string) => BigInt(text),
  Date: (time: number | null) => new Date(time ?? Number.NaN),
  Map: (entries: [unknown, unknown][]) => new Map(entries),
  Set: (items: unknown[]) => new Set(items),
  Uint8Array: bytes,
  ArrayBuffer: (text: string) => bytes(text).buffer,
  Buffer: (text: string) => {
    const { Buffer } = globalThis as unknown as { Buffer?: { from(data: ArrayBufferLike): Uint8Array } }
    return Buffer ? Buffer.from(bytes(text).buffer) : bytes(text)
  },
  object: (entries: [string, unknown][]) => Object.fromEntries(entries),
}

/** Brings tagged values back, in place. */
function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const parent = value as Record<string, unknown>
  for (const key of Object.keys(parent)) {
    const child = parent[key]
    if (typeof child !== 'object' || child === null) continue
    const revived = revive(child)
    // Defined rather than assigned: assigning to `__proto__` would change the prototype.
    if (revived !== child) {
      Object.defineProperty(parent, key, { value: revived, configurable: true, enumerable: true, writable: true })
    }
  }
  if (Array.isArray(value) || !Object.hasOwn(parent, TAG)) return value
  const tag = parent[TAG]
  const reviver = typeof tag === 'string' && Object.hasOwn(REVIVERS, tag) ? REVIVERS[tag] : undefined
  if (reviver === undefined) throw new CodecError(`not tagged JSON: unknown tag ${JSON.stringify(tag)}`)
  return reviver(parent['v'] as never)
}
