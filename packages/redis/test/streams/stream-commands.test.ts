import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, inject, test } from 'vitest'
import { resolveStreamOptions } from '../../src/streams/options'
import { StreamCommands } from '../../src/streams/stream-commands'
import { openClients } from '../support/open-clients'

const url = inject('redisUrl')

describe.skipIf(url === undefined)('two consumers, one of which was late', () => {
  const open = openClients()
  // A prefix of the driver's is a part of every key.
  const client = open(url ?? '', { keyPrefix: 'shop:' })
  const reader = open(url ?? '', { keyPrefix: 'shop:' })
  const letter = { reason: 'final', failure: { name: 'Error', message: 'no' }, attempt: 1 } as const
  const handle = async () => ({ action: 'ack', reason: 'applied' }) as const
  let stream: string
  const commands = (consumer: string) =>
    new StreamCommands(
      resolveStreamOptions(client, {
        reader,
        stream,
        group: 'points',
        consumer,
        handle,
        block: 20,
        minIdle: 1,
      }),
    )
  const owners = async () => {
    const pending = await client.xpending(stream, 'points', '-', '+', 10)
    return (pending as [id: string, owner: string][]).map(([, owner]) => owner)
  }
  const dead = () => client.xlen(`{${stream}}:dead`)

  beforeEach(async () => {
    stream = `orders:${randomUUID()}`
  })

  /** An entry that the first had, and the second has. */
  async function takenOver() {
    const [late, other] = [commands('late'), commands('other')]
    await late.makeGroup('0')
    const id = (await client.xadd(stream, '*', 'id', 'a')) as string
    const [entry] = await late.read(10)
    expect(entry).toEqual({ id, fields: { id: 'a' }, replays: 0 })
    await client.xclaim(stream, 'points', 'other', 0, id)
    return { late, other, entry: entry as { id: string; fields: { id: string }; replays: number } }
  }

  test('a message is buried once, whoever says so', async () => {
    const { late, other, entry } = await takenOver()
    await Promise.all([late.bury(entry, letter), other.bury(entry, letter), late.bury(entry, letter)])
    expect([await dead(), await owners()]).toEqual([1, []])
  })

  test('one that is acknowledged is not buried', async () => {
    const { late, other, entry } = await takenOver()
    await other.acknowledge(entry.id)
    await late.bury(entry, letter)
    expect(await dead()).toBe(0)
  })

  test('one that was trimmed meanwhile is buried with what was delivered', async () => {
    const { late, entry } = await takenOver()
    await client.xtrim(stream, 'MAXLEN', 0)
    await late.bury(entry, letter)
    const [[, fields] = ['', []]] = await client.xrange(`{${stream}}:dead`, '-', '+')
    expect(fields.slice(14)).toEqual(['id', 'a'])
  })

  test('what cannot be written to the dead letters stays pending', async () => {
    const { late, entry } = await takenOver()
    await client.set(`{${stream}}:dead`, 'no stream')
    await expect(late.bury(entry, letter)).rejects.toThrow(/WRONGTYPE/)
    expect(await owners()).toEqual(['other'])
  })

  test('a sign of life takes nothing back', async () => {
    const { late, other, entry } = await takenOver()
    const sign = new Map([[entry.id, 0]])
    expect(await late.keep(sign)).toEqual({ kept: [], trimmed: [] })
    expect(await other.keep(sign)).toEqual({ kept: [entry.id], trimmed: [] })
    expect(await owners()).toEqual(['other'])
  })

  test('a sign of life finds out what was trimmed, which its owner can bury all the same', async () => {
    const { late, other, entry } = await takenOver()
    const sign = new Map([[entry.id, 0]])
    await client.xtrim(stream, 'MAXLEN', 0)
    expect(await late.keep(sign)).toEqual({ kept: [], trimmed: [] })
    expect(await other.keep(sign)).toEqual({ kept: [], trimmed: [entry.id] })
    expect(await other.keep(sign)).toEqual({ kept: [], trimmed: [] })
    expect([await late.bury(entry, letter), await other.bury(entry, letter, true)]).toEqual([false, true])
    const [[, fields] = ['', []]] = await client.xrange(`{${stream}}:dead`, '-', '+')
    expect(fields.slice(14)).toEqual(['id', 'a'])
  })

  test('nobody leaves its group while something is pending for it', async () => {
    const { late, other } = await takenOver()
    await Promise.all([late.leave(), other.leave()])
    expect(await owners()).toEqual(['other'])
    const left = (await client.xinfo('CONSUMERS', stream, 'points')) as unknown[][]
    expect(left.map(([, name]) => name)).toEqual(['other'])
  })
})
