/** The first 32 bits of the fractional parts of a root of the first primes: the constants of FIPS 180-4, 4.2.2 and 5.3.3. */
function rootsOfPrimes(count: number, root: number): number[] {
  const constants: number[] = []
  for (let candidate = 2; constants.length < count; candidate++) {
    let divisor = 2
    while (candidate % divisor) divisor++
    if (divisor === candidate) constants.push((candidate ** (1 / root) % 1) * 2 ** 32)
  }
  return constants
}

const ROUND_CONSTANTS = Int32Array.from(rootsOfPrimes(64, 3), Math.floor)
const INITIAL_HASH = Int32Array.from(rootsOfPrimes(8, 2), Math.floor)
const URL_SAFE: Record<string, string> = { '+': '-', '/': '_', '=': '' }

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/**
 * SHA-256 (FIPS 180-4) of a text's UTF-8, as base64url without padding: 43 characters. For where there is no faster one
 * that answers at once: WebCrypto's is asynchronous.
 */
export function sha256(text: string): string {
  const message = new TextEncoder().encode(text)
  const blocks = new DataView(new ArrayBuffer(((message.length + 72) >> 6) << 6))
  new Uint8Array(blocks.buffer).set(message)
  blocks.setUint8(message.length, 0x80)
  blocks.setUint32(blocks.byteLength - 8, message.length / 2 ** 29)
  blocks.setUint32(blocks.byteLength - 4, message.length << 3)

  const hash = INITIAL_HASH.slice()
  const schedule = new Int32Array(64)
  for (let block = 0; block < blocks.byteLength; block += 64) compress(hash, schedule, blocks, block)

  const digest = new DataView(new ArrayBuffer(32))
  for (const [at, word] of hash.entries()) digest.setInt32(at * 4, word)
  const binary = String.fromCharCode(...new Uint8Array(digest.buffer))
  return btoa(binary).replace(/[+/=]/g, (char) => URL_SAFE[char] as string)
}

/** Takes one block of 64 bytes into the hash (FIPS 180-4, 6.2.2). The schedule is scratch space. */
function compress(hash: Int32Array, schedule: Int32Array, blocks: DataView, block: number): void {
  let [a, b, c, d, e, f, g, h] = hash as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  for (let t = 0; t < 64; t++) {
    const earlier = (by: number): number => schedule[t - by] as number
    if (t < 16) schedule[t] = blocks.getInt32(block + t * 4)
    else {
      const s0 = rotate(earlier(15), 7) ^ rotate(earlier(15), 18) ^ (earlier(15) >>> 3)
      const s1 = rotate(earlier(2), 17) ^ rotate(earlier(2), 19) ^ (earlier(2) >>> 10)
      schedule[t] = earlier(16) + s0 + earlier(7) + s1
    }
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const choice = (e & f) ^ (~e & g)
    const temp1 = (h + sum1 + choice + (ROUND_CONSTANTS[t] as number) + (schedule[t] as number)) | 0
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    h = g
    g = f
    f = e
    e = (d + temp1) | 0
    d = c
    c = b
    b = a
    a = (temp1 + sum0 + majority) | 0
  }
  for (const [at, word] of [a, b, c, d, e, f, g, h].entries()) hash[at] = (hash[at] as number) + word
}
