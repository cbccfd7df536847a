import { equal, ok, rejects } from 'node:assert/strict'
import type { CaseGroup } from '../suite/conformance-case'
import type { RawConnection } from './raw-client'
import { gate, until } from './until'
import { webCase } from './web-case'
import { isProblem, isReplay, ran } from './web-expectations'
import { bodyOf, JSON_TYPE, type Site, text, type WebScene } from './web-scene'

const MEBIBYTE = 1_048_576
/** What is sent in all, and how much of it may be under way: in sockets of this machine, mostly. */
const WHOLE = 48 * MEBIBYTE
const UNDER_WAY = 24 * MEBIBYTE
const PIECE = new Uint8Array(65_536).fill(120)

/** Bodies that come and go piece by piece. */
export const streamCases: CaseGroup<WebScene> = {
  about: 'a stream',
  inapplicable: ({ adapter }) => adapter.without?.streams,
  cases: [
    {
      name: 'reaches the client as it comes; its end waits for the record',
      async run(scene) {
        const more = gate()
        const settle = gate()
        const reply = () => ({ status: 200, headers: [], body: pieces('one ', more.opened, 'two') })
        await webCase('', { reply }, async (site) => {
          site.records.trouble('complete', async (send) => {
            await settle.opened
            return send()
          })
          const client = await site.begin({ key: '"a"' })
          equal((await client.head()).status, 200)
          equal(String(await client.piece()), 'one ')
          equal(site.records.count('complete'), 0)
          more.open()
          equal(String(await client.piece()), 'two')
          await until('it is being settled', () => site.records.count('complete') === 1)
          let isOver = false
          const over = client.piece()
          const ended = (): void => {
            isOver = true
          }
          over.then(ended, ended)
          await site.ping()
          ok(!isOver)
          settle.open()
          equal(await over, undefined)
          const again = await site.ask({ key: '"a"' })
          equal(again.text, 'one two')
          equal(again.header('idempotency-replayed'), 'true')
        }).run(scene)
      },
    },
    {
      name: 'with a Content-Length is not whole at the client before it is recorded',
      async run(scene) {
        const more = gate()
        const settle = gate()
        const headers = [['content-length', '7']] as const
        const reply = () => ({ status: 200, headers, body: pieces('one ', more.opened, 'two') })
        await webCase('', { reply }, async (site) => {
          site.records.trouble('complete', async (send) => {
            await settle.opened
            return send()
          })
          const client = await site.begin({ key: '"a"' })
          await client.head()
          equal(String(await client.piece()), 'one ')
          more.open()
          await until('it is being settled', () => site.records.count('complete') === 1)
          let isThere = false
          const last = client.piece().then((piece) => {
            isThere = true
            return piece
          })
          await site.ping()
          await site.ping()
          ok(!isThere)
          settle.open()
          equal(String(await last), 'two')
          equal(await client.piece(), undefined)
          equal((await site.ask({ key: '"a"' })).text, 'one two')
        }).run(scene)
      },
    },
    {
      name: 'that breaks off is no answer: the same request runs again',
      async run(scene) {
        const { opened, open } = gate()
        const broken = async function* () {
          yield Buffer.from('one ')
          await opened
          throw new Error('the source is gone')
        }
        const reply = (run: number) =>
          run === 1 ? { status: 200, headers: [], body: broken() } : text(200, `run ${run}`)
        await webCase('', { reply }, async (site) => {
          const client = await site.begin({ key: '"a"' })
          await client.head()
          equal(String(await client.piece()), 'one ')
          open()
          await rejects(readAll(client), /ended before/)
          await until('it is settled', () => site.records.count('fail') === 1)
          const first = await site.ask({ key: '"a"' })
          equal(first.text, 'run 2')
          isReplay(first, await site.ask({ key: '"a"' }))
        }).run(scene)
      },
    },
    {
      name: 'goes on to its end when the client hangs up, and is kept',
      async run(scene) {
        const more = gate()
        const reply = () => ({ status: 200, headers: [], body: pieces('one ', more.opened, 'two') })
        await webCase('', { reply }, async (site) => {
          const lost = await site.begin({ key: '"a"' })
          await lost.head()
          lost.hangUp()
          await site.ping()
          more.open()
          await until('it is settled', () => site.records.count('complete') === 1)
          equal((await site.ask({ key: '"a"' })).text, 'one two')
        }).run(scene)
      },
    },
    {
      name: 'of any size is sent no faster than the client reads, and never runs again',
      alone: true,
      async run(scene) {
        let produced = 0
        const reply = () => ({ status: 200, headers: [], body: large(WHOLE, (bytes) => (produced += bytes)) })
        await webCase('', { reply }, async (site) => {
          const client = await site.begin({ key: '"a"' })
          await client.head()
          await standstill(() => produced)
          ok(produced <= UNDER_WAY, `${produced} bytes were made for a client that reads nothing`)
          equal(await readAll(client), WHOLE)
          isProblem(await site.ask({ key: '"a"' }), 410, 'answer-omitted')
          ran(site, 1)
        }).run(scene)
      },
    },
    {
      name: 'of any size goes on to its end when the client hangs up in the middle of it',
      alone: true,
      async run(scene) {
        let produced = 0
        const reply = () => ({ status: 200, headers: [], body: large(WHOLE, (bytes) => (produced += bytes)) })
        await webCase('', { reply }, async (site) => {
          const lost = await site.begin({ key: '"a"' })
          await lost.head()
          await standstill(() => produced)
          lost.hangUp()
          await until('it is settled', () => site.records.count('complete') === 1)
          equal(produced, WHOLE)
          isProblem(await site.ask({ key: '"a"' }), 410, 'answer-omitted')
          ran(site, 1)
        }).run(scene)
      },
    },
    {
      name: 'that is a request of any size is taken no faster than the handler reads, and compared to its end',
      alone: true,
      async run(scene) {
        const { opened, open } = gate()
        const reply: Parameters<typeof webCase>[1]['reply'] = async (run, { body }) => {
          await opened
          let bytes = 0
          for await (const piece of body) bytes += piece.length
          return text(200, `run ${run} of ${bytes}`)
        }
        await webCase('', { reply }, async (site) => {
          const first = await upload(site)
          await standstill(() => first.socket.bytesWritten - first.socket.writableLength)
          await until('it runs', () => site.runs === 1)
          const taken = first.socket.bytesWritten - first.socket.writableLength
          ok(taken <= UNDER_WAY, `${taken} bytes were taken for a handler that reads nothing`)
          open()
          const answer = await first.response()
          equal(answer.text, `run 1 of ${WHOLE}`)
          isReplay(answer, await (await upload(site)).response())
          isProblem(await (await upload(site, WHOLE - 1)).response(), 422, 'key-reused')
          isProblem(await (await upload(site, 1000)).response(), 422, 'key-reused')
          isReplay(answer, await (await upload(site)).response())
          ran(site, 1)
        }).run(scene)
      },
    },
    {
      name: 'that is a request which was cut off: its refusal is not kept for the whole one',
      async run(scene) {
        const reply: Parameters<typeof webCase>[1]['reply'] = async (run, call) => {
          try {
            return text(201, `run ${run} of ${(await bodyOf(call)).length}`)
          } catch {
            return text(400, 'invalid form')
          }
        }
        await webCase('', { reply, options: { maxRequestBytes: 1000 } }, async (site) => {
          const body = 'x'.repeat(400_000)
          const headers = [['Content-Type', 'text/plain']] as const
          const declaredLength = body.length
          const lost = await site.begin({ key: '"a"', headers, body: body.slice(0, 100_000), declaredLength })
          await until('it runs', () => site.runs === 1)
          lost.hangUp()
          await until(
            'it is settled',
            () => site.records.count('fail') + site.records.count('complete') === 1,
          )
          const whole = await site.ask({ key: '"a"', headers, body })
          equal(whole.status, 201)
          equal(whole.text, `run 2 of ${body.length}`)
          isReplay(whole, await site.ask({ key: '"a"', headers, body }))
        }).run(scene)
      },
    },
    {
      name: 'that is a large request is compared as far as the handler has read it',
      async run(scene) {
        const reply: Parameters<typeof webCase>[1]['reply'] = async (run, { body }) => {
          let bytes = 0
          for await (const piece of body) {
            bytes += piece.length
            if (bytes >= 100_000) break
          }
          return text(413, `run ${run}: too much`)
        }
        await webCase('', { reply, options: { maxRequestBytes: 1000 } }, async (site) => {
          const body = 'x'.repeat(400_000)
          const headers = [JSON_TYPE]
          const first = await site.ask({ key: '"a"', body, headers })
          equal(first.status, 413)
          isReplay(first, await site.ask({ key: '"a"', body, headers }))
          // However it is cut on its way.
          const cut = await site.begin({
            key: '"a"',
            headers,
            body: body.slice(0, 77_777),
            declaredLength: body.length,
          })
          await site.ping()
          cut.socket.write(body.slice(77_777))
          isReplay(first, await cut.response())
          isProblem(await site.ask({ key: '"a"', body: `${body}x`, headers }), 422, 'key-reused')
          const other = `${body.slice(0, 50_000)}y${body.slice(50_001)}`
          isProblem(await site.ask({ key: '"a"', body: other, headers }), 422, 'key-reused')
          ran(site, 1)
        }).run(scene)
      },
    },
  ],
}

async function* pieces(...parts: readonly (string | Promise<void>)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (typeof part === 'string') yield Buffer.from(part)
    else await part
  }
}

async function* large(size: number, made: (bytes: number) => unknown): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= PIECE.length) {
    made(PIECE.length)
    yield PIECE
    // Other things have their turn: a source that is always ready would starve timers.
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Resolves when nothing moves any more, or all is done. */
async function standstill(position: () => number): Promise<void> {
  for (let before = -1; before !== position() || before === 0; ) {
    before = position()
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** How many bytes the body has. @throws Error if it breaks off */
async function readAll(client: RawConnection): Promise<number> {
  let bytes = 0
  for (let piece = await client.piece(); piece; piece = await client.piece()) bytes += piece.length
  client.hangUp()
  return bytes
}

/** Sends a large body, with another byte at one place if asked to. */
async function upload(site: Site, otherAt = -1): Promise<RawConnection> {
  const client = await site.begin({ key: '"a"', body: '', declaredLength: WHOLE, headers: [JSON_TYPE] })
  const sent = async (): Promise<void> => {
    for (let at = 0; at < WHOLE && !client.socket.destroyed; at += PIECE.length) {
      const piece = otherAt >= at && otherAt < at + PIECE.length ? changed(otherAt - at) : PIECE
      if (!client.socket.write(piece)) await drained(client)
    }
  }
  sent().catch(() => {})
  return client
}

function changed(at: number): Uint8Array {
  const piece = PIECE.slice()
  piece[at] = 121
  return piece
}

const drained = ({ socket }: RawConnection): Promise<void> =>
  new Promise((resolve) => {
    const go = (): void => {
      socket.off('drain', go).off('close', go)
      resolve()
    }
    socket.on('drain', go).on('close', go)
  })
