import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { BSON, type Document } from 'mongodb'

const OP_MSG = 2013
const HEADER = 16

/**
 * Stands in front of a server that has no change streams, and has them: every write to a document of the collection is told
 * of, whether or not it changed anything. All else it hands on. It shows what the driver and the store make of a stream; that
 * real ones tell what they should is for tests on a real replica set.
 */
export async function startChangeStreamServer(url: string) {
  const target = new URL(url.replace(/^mongodb:/, 'http:'))
  const sockets = new Set<Socket>()
  const waiting = new Set<() => void>()
  let changed: { readonly id: number; readonly key: unknown }[] = []
  let tokens = 0
  let refused = false
  let opened = 0
  let openNow = 0

  const token = () => ({ _data: String(++tokens).padStart(10, '0') })
  const wake = () => {
    for (const go of [...waiting]) go()
  }

  /** The server's answer to a command about a stream; `undefined` for what is none. */
  async function answer(command: Document, seen: { at: number }): Promise<Document | undefined> {
    if (command['aggregate'] !== undefined && command['pipeline'][0]?.$changeStream !== undefined) {
      if (refused)
        return { ok: 0, code: 40573, errmsg: 'The $changeStream stage is only supported on replica sets' }
      opened++
      openNow++
      seen.at = changed.length
      return cursor('firstBatch', [])
    }
    if (command['killCursors'] !== undefined) {
      openNow--
      wake()
      return { ok: 1, cursorsKilled: command['cursors'] }
    }
    if (command['getMore'] === undefined) return undefined
    if (changed.length === seen.at) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(go, 1000)
        function go() {
          clearTimeout(timer)
          waiting.delete(go)
          resolve()
        }
        waiting.add(go)
      })
    }
    const events = changed.slice(seen.at).map(({ key }) => ({ _id: token(), documentKey: { _id: key } }))
    seen.at = changed.length
    return cursor('nextBatch', events)
  }

  const cursor = (batch: string, events: Document[]) => ({
    ok: 1,
    cursor: { id: new BSON.Long(7), ns: 'any.any', [batch]: events, postBatchResumeToken: token() },
  })

  const listener = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    const seen = { at: 0 }
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    const pending: Document[] = []
    onMessages(client, async (message) => {
      const command = message.readInt32LE(12) === OP_MSG ? readCommand(message) : {}
      const reply = await answer(command, seen)
      if (reply !== undefined) client.write(writeReply(message.readInt32LE(4), reply))
      else {
        pending.push(command)
        server.write(message)
      }
    })
    onMessages(server, async (message) => {
      const keys = writtenKeys(pending.shift() ?? {})
      // A majority has it, and then its client is told, in no certain order.
      client.write(message)
      if (keys.length === 0) return
      changed = [...changed, ...keys.map((key) => ({ id: changed.length, key }))]
      wake()
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const through = new URL(url)
  through.host = `127.0.0.1:${(listener.address() as { port: number }).port}`
  through.searchParams.set('directConnection', 'true')
  return {
    url: through.href,
    /** How many streams were opened so far, and how many are open. */
    counts: () => ({ opened, open: openNow }),
    /** Whether it has no change streams any more. */
    refuse(isRefused: boolean): void {
      refused = isRefused
    },
    /** Breaks all connections. */
    cut(): void {
      openNow = 0
      for (const socket of sockets) socket.destroy()
    },
    async close(): Promise<void> {
      listener.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Calls `take` with each whole message, one after another. */
function onMessages(socket: Socket, take: (message: Buffer) => Promise<void>): void {
  let bytes = Buffer.alloc(0)
  let before = Promise.resolve()
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= HEADER && bytes.length >= bytes.readInt32LE(0)) {
      const message = bytes.subarray(0, bytes.readInt32LE(0))
      bytes = bytes.subarray(message.length)
      before = before.then(() => take(message)).catch(() => {})
    }
  })
}

/** A command, with the documents that came beside it. */
function readCommand(message: Buffer): Document {
  let command: Document = {}
  for (let at = HEADER + 4; at < message.length; ) {
    const isBeside = message[at++] === 1
    const end = at + message.readInt32LE(at)
    if (isBeside) {
      const nameEnd = message.indexOf(0, at + 4)
      const documents: Document[] = []
      for (let from = nameEnd + 1; from < end; from += message.readInt32LE(from)) {
        documents.push(BSON.deserialize(message.subarray(from, from + message.readInt32LE(from))))
      }
      command = { ...command, [message.toString('utf8', at + 4, nameEnd)]: documents }
    } else command = { ...command, ...BSON.deserialize(message.subarray(at, end)) }
    at = end
  }
  return command
}

function writeReply(responseTo: number, reply: Document): Buffer {
  const body = BSON.serialize(reply)
  const head = Buffer.alloc(HEADER + 5)
  head.writeInt32LE(head.length + body.length, 0)
  head.writeInt32LE(responseTo, 8)
  head.writeInt32LE(OP_MSG, 12)
  return Buffer.concat([head, body])
}

function writtenKeys(command: Document): unknown[] {
  if (command['findAndModify'] !== undefined) return [command['query']?._id]
  if (command['update'] === undefined) return []
  return (command['updates'] as Document[]).map(({ q }) => q._id)
}
