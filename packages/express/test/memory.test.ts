import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { Shop } from './shop'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const MEBIBYTE = 1_048_576
const PIECE = 65_536
/** `IDEM_STREAM_MB=1024` streams that much. */
const ANSWER = Number(process.env['IDEM_STREAM_MB'] ?? 256) * MEBIBYTE
const UPLOAD = 64 * MEBIBYTE
/** What is kept, and what is under way in both ends of a socket. */
const ALLOWED = 40 * MEBIBYTE

function inUse(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Looks at the memory at every sixteenth of the way. */
function watch(whole: number) {
  const before = inUse()
  let next = 0
  const seen = { passed: 0, most: 0 }
  const pass = (bytes: number): void => {
    seen.passed += bytes
    if (seen.passed < next) return
    next += whole / 16
    seen.most = Math.max(seen.most, inUse() - before)
  }
  return { seen, pass }
}

describe('bodies of any size', { timeout: 300_000 }, () => {
  it.each(['protected', 'bare'])('go out in bounded memory (%s)', async (what) => {
    const shop = new Shop(express)
    if (what === 'protected') shop.app.use(shop.protect())
    shop.app.post('/', async (_req, res) => {
      for (let left = ANSWER; left > 0; left -= PIECE) {
        if (!res.write(Buffer.alloc(PIECE, left % 251))) await once(res, 'drain')
      }
      res.end()
    })
    await shop.open()
    const { seen, pass } = watch(ANSWER)
    const socket = await shop.send()
    for await (const piece of socket) pass((piece as Buffer).length)
    console.log(`an answer, ${what}: at most ${(seen.most / MEBIBYTE).toFixed(1)} MiB in use at a time`)
    expect(seen.passed).toBeGreaterThan(ANSWER)
    expect(seen.most).toBeLessThan(ALLOWED)
    if (what === 'protected') expect((await shop.ask()).status).toBe(410)
  })

  it('come in in bounded memory', async () => {
    const shop = new Shop(express)
    const { seen, pass } = watch(UPLOAD)
    shop.app.post('/', shop.protect(), async (req, res) => {
      for await (const piece of req) pass((piece as Buffer).length)
      res.send(String(seen.passed))
    })
    await shop.open()
    const socket = await shop.send({ body: '', declaredLength: UPLOAD, type: 'text/plain' })
    let answer = ''
    socket.on('data', (piece: Buffer) => {
      answer += piece
    })
    for (let sent = 0; sent < UPLOAD; sent += PIECE) {
      await new Promise((resolve) => socket.write(Buffer.alloc(PIECE, (sent / PIECE) % 251), resolve))
    }
    await once(socket, 'close')
    console.log(`a request: at most ${(seen.most / MEBIBYTE).toFixed(1)} MiB in use at a time`)
    expect(answer.endsWith(String(UPLOAD))).toBe(true)
    expect(seen.most).toBeLessThan(ALLOWED)
  })
})
