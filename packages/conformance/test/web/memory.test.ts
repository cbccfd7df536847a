import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Idem, MemoryStore } from '@idem/core'
import { idempotent } from '@idem/core/http'
import { afterAll, describe, expect, it } from 'vitest'
import type { WebServer } from '../../src/index'
import { RawConnection } from '../../src/web/raw-client'
import { serveFetch } from './serve-fetch'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const MEBIBYTE = 1_048_576
const PIECE = 65_536
/** `IDEM_STREAM_MB=1024` streams that much. */
const ANSWER = Number(process.env['IDEM_STREAM_MB'] ?? 256) * MEBIBYTE
const UPLOAD = 64 * MEBIBYTE
/**
 * What is kept, what is under way in both ends of a socket, and what the collector has not given back: a handler without
 * protection is seen to use 35 to 50 MiB for an answer of any size.
 */
const ALLOWED = { answer: 72 * MEBIBYTE, request: 32 * MEBIBYTE }

/** The memory that is in use after all else was thrown away. */
function inUse(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Looks at the memory at every sixteenth of the way. */
function watch(whole: number) {
  const before = inUse()
  let passed = 0
  let next = 0
  let most = 0
  return {
    pass(bytes: number) {
      passed += bytes
      if (passed < next) return
      next += whole / 16
      most = Math.max(most, inUse() - before)
    },
    end(what: string) {
      console.log(
        `${what}: ${passed / MEBIBYTE} MiB, at most ${(most / MEBIBYTE).toFixed(1)} MiB in use at a time`,
      )
      return { passed, most }
    },
  }
}

/** Other bytes each time, so that nothing can be had for nothing. */
function answer(size: number): Response {
  let left = size
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    if (left === 0) controller.close()
    else controller.enqueue(new Uint8Array(PIECE).fill(left))
    left -= left === 0 ? 0 : PIECE
  }
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }))
}

describe('bodies of any size', { timeout: 300_000 }, () => {
  const servers: WebServer[] = []
  afterAll(() => Promise.all(servers.map((server) => server.close())))

  async function serve(handler: (request: Request) => Promise<Response>): Promise<number> {
    const idem = new Idem({ store: new MemoryStore() })
    const server = await serveFetch(idempotent(handler, { idem, scope: 'public' }))
    servers.push(server)
    return server.port
  }

  it('go out in bounded memory', async () => {
    const port = await serve(async () => answer(ANSWER))
    const memory = watch(ANSWER)
    const client = await RawConnection.send(port, { key: '"a"' })
    await client.head()
    for (let piece = await client.piece(); piece; piece = await client.piece()) memory.pass(piece.length)
    const { passed, most } = memory.end('an answer')
    expect(passed).toBe(ANSWER)
    expect(most).toBeLessThan(ALLOWED.answer)
  })

  it('come in in bounded memory', async () => {
    const memory = watch(UPLOAD)
    const port = await serve(async (request) => {
      let bytes = 0
      for await (const piece of request.body as unknown as AsyncIterable<Uint8Array>) {
        bytes += piece.length
        memory.pass(piece.length)
      }
      return new Response(`${bytes}`)
    })
    const client = await RawConnection.send(port, { key: '"a"', body: '', declaredLength: UPLOAD })
    for (let sent = 0; sent < UPLOAD; sent += PIECE) {
      await new Promise((resolve) => client.socket.write(new Uint8Array(PIECE).fill(sent), resolve))
    }
    expect((await client.response()).text).toBe(String(UPLOAD))
    const { passed, most } = memory.end('a request')
    expect(passed).toBe(UPLOAD)
    expect(most).toBeLessThan(ALLOWED.request)
  })
})
