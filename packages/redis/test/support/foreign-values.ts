/** A running record, spoilt. */
function spoilt(spoil: (raw: Buffer) => Buffer): Buffer {
  const raw = Buffer.alloc(12 + 16 + 24 + 7, 'o')
  raw.writeBigUInt64BE(BigInt(Date.now()) * 1000n, 1)
  raw.writeUInt8(248, 0)
  raw.writeUInt8(2, 1)
  return spoil(raw)
}
const inState = (state: number) =>
  spoilt((raw) => {
    raw.writeUInt8(state, 0)
    return raw
  })
const withFence = (fence: bigint, state = 248) =>
  spoilt((raw) => {
    raw.writeBigUInt64BE(fence, 1)
    raw.writeUInt8(state, 0)
    raw.writeUInt8(2, 1)
    return raw
  })

/** Strings that are no records, most of them made to look like one. */
export const foreignValues: Readonly<Record<string, Buffer>> = {
  'an empty text': Buffer.from(''),
  'a short text': Buffer.from('hello'),
  JSON: Buffer.from('{"name":"something that is long enough to be taken for a record, if need be"}'),
  ...Object.fromEntries(
    ['R', 'S', 'F', 'T', 'A'].map((letter) => [
      `a text that begins with ${letter}`,
      Buffer.from(`${letter}\x02ome text that is long enough to be taken for a record, if need be`),
    ]),
  ),
  'a record cut off in its fence': spoilt((raw) => raw.subarray(0, 6)),
  'a record cut off before its owner': spoilt((raw) => raw.subarray(0, 13)),
  'a state below those that there are': inState(247),
  'a state above those that there are': inState(253),
  'the fence of long ago': withFence(10n ** 15n),
  'the fence of long ago, of an answer': withFence(10n ** 15n, 249),
  'a fence that is no number here': withFence(2n ** 53n),
}

const lockOf = (fence: bigint) => {
  const raw = Buffer.alloc(8 + 7 + 16, 'o')
  raw.writeBigUInt64BE(fence)
  return raw.subarray(1)
}

/** Strings that are no locks. */
export const foreignLocks: readonly Buffer[] = [
  Buffer.from(''),
  Buffer.from('hello'),
  Buffer.from('{"name":"something that is long enough to be taken for a lock, if need be"}'),
  lockOf(10n ** 15n),
  lockOf(2n ** 53n),
]
