import { CodecError } from '../errors'
import { fromBase64 } from './base64'
import type { Codec } from './codec'
import { plainText, TAG } from './to-plain'

/**
 * JSON, and in it, as `{ "$": tag, "v": … }`, what JSON cannot say: `undefined`, `NaN`, infinities, `-0`, `bigint`,
 * `Date`, `Map`, `Set`, `Uint8Array`, `Buffer`, `ArrayBuffer`, objects without a prototype. Refuses everything that
 * would not come back equal.
 */
export const taggedJson: Codec = {
  encode: (value) => plainText(value, false),
  decode(text) {
    try {
      const plain: unknown = JSON.parse(text)
      return text.includes(`${TAG}"`) ? revive(plain) : plain
    } catch (cause) {
      // What the engine's parser says of a text quotes it.
      throw cause instanceof CodecError ? cause : new CodecError('not tagged JSON')
    }
  },
}

const REVIVERS: Record<string, (content: never) => unknown> = {
  undefined: () => undefined,
  number: Number,
  bigint: BigInt,
  Date: (time: number | null) => new Date(time ?? NaN),
  Map: (entries: [unknown, unknown][]) => new Map(entries),
  Set: (items: unknown[]) => new Set(items),
  Uint8Array: fromBase64,
  ArrayBuffer: (text: string) => fromBase64(text).buffer,
  Buffer: (text: string) => {
    const { Buffer } = globalThis as { Buffer?: { from(data: ArrayBufferLike): Uint8Array } }
    return Buffer ? Buffer.from(fromBase64(text).buffer) : fromBase64(text)
  },
  object: Object.fromEntries,
  null: (entries: [string, unknown][]) => Object.assign(Object.create(null), Object.fromEntries(entries)),
}

/** Brings tagged values back, in place. */
function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const parent = value as Record<string, unknown>
  // All keys are own ones, `__proto__` too: assigning changes no prototype.
  for (const key of Object.keys(parent)) parent[key] = revive(parent[key])
  if (!Object.hasOwn(parent, TAG)) return value
  const tag = parent[TAG] as string
  if (!Object.hasOwn(REVIVERS, tag)) throw new CodecError('not tagged JSON: unknown tag')
  return REVIVERS[tag]?.(parent['v'] as never)
}
