import { afterEach, describe, expect, inject, test } from 'vitest'
import type { StreamEvent } from '../../src/index'
import { Gate, until } from '../support/gate'
import { openClients } from '../support/open-clients'
import { type ConsumerOptions, streamScene } from './stream-scene'

const servers = [
  ['Redis', inject('redisUrl')],
  ['Valkey', inject('valkeyUrl')],
] as const

describe.each(servers)('a stream on %s', (_server, url) => {
  const open = openClients()
  let end = async (): Promise<void> => {}
  const scene = () => {
    const made = streamScene(open, url as string)
    end = made.end
    return made
  }
  afterEach(() => end())

  describe.skipIf(url === undefined)('is consumed', () => {
    test('once a message, each published three times and shared among four consumers', async () => {
      const { consumer, client, stream, applied, pending, events, letters } = scene()
      const ids = Array.from({ length: 500 }, (_, at) => `order ${at}`)
      for (let each = 0; each < 4; each++) consumer()
      for (let times = 0; times < 3; times++) {
        const publishing = client.pipeline()
        for (const id of ids) publishing.xadd(stream, '*', 'id', id)
        await publishing.exec()
      }
      const acknowledged = () =>
        events.filter((event) => event.type === 'decided' && event.decision.action === 'ack').length
      await until('all are acknowledged', () => acknowledged() >= 1500)
      await until('nothing is pending', async () => (await pending()) === 0)
      expect([...applied].sort()).toEqual([...ids].sort())
      expect((await letters.page()).letters).toEqual([])
    })

    test('poison goes to the dead letters after exactly its attempts, and the others flow on', async () => {
      const { consumer, publish, applied, letters, pending, stream } = scene()
      const attempts: number[] = []
      const consume: ConsumerOptions['consume'] = {
        attempts: 3,
        handler: ({ id }, { attempt }) => {
          if (id === 'poison') {
            attempts.push(attempt)
            throw Object.assign(new Error('no such sku'), { code: 'SKU' })
          }
          applied.push(id as string)
        },
      }
      consumer({ consume, concurrency: 1 })
      consumer({ consume, concurrency: 1 })
      await publish('a')
      const poison = await publish('poison', ['sku', 'X'])
      for (const id of ['b', 'c', 'd']) await publish(id)
      await until('it is dead', async () => (await letters.page()).letters.length === 1)
      await until('the others are applied', () => applied.length === 4)
      expect((await letters.page()).letters).toEqual([
        {
          id: expect.any(String),
          reason: 'attempts',
          failure: { name: 'Error', message: 'no such sku', code: 'SKU' },
          attempt: 3,
          replays: 0,
          group: 'points',
          entryId: poison,
          at: expect.any(Date),
          message: { id: 'poison', sku: 'X' },
        },
      ])
      expect(attempts).toEqual([1, 2, 3])
      await until('nothing is pending', async () => (await pending()) === 0)
      expect(stream).toBeTruthy()
    })

    test('dead letters are seen page by page, and each is replayed once, whoever asks', async () => {
      const { consumer, publish, applied, letters } = scene()
      let isMended = false
      consumer({
        consume: {
          attempts: 2,
          handler: ({ id }) => {
            if (!isMended) throw new Error('not yet')
            applied.push(id as string)
          },
        },
      })
      for (const id of ['a', 'b', 'b', 'c']) await publish(id)
      await until('all are dead', async () => (await letters.page()).letters.length === 4)
      const first = await letters.page({ limit: 3 })
      const rest = await letters.page({ limit: 3, cursor: first.cursor })
      expect([first.letters.length, rest.letters.length, rest.cursor]).toEqual([3, 1, undefined])
      const all = [...first.letters, ...rest.letters]
      expect(all.map(({ message }) => message['id']).sort()).toEqual(['a', 'b', 'b', 'c'])
      isMended = true
      const removed = all.find(({ message }) => message['id'] === 'c')?.id as string
      expect([await letters.remove(removed), await letters.remove(removed)]).toEqual([true, false])
      const replayed = await Promise.all(
        all.flatMap(({ id }) => [letters.replay(id), letters.replay(id), letters.replay(id)]),
      )
      expect(replayed.filter(Boolean).length).toBe(3)
      await until('they are applied', () => applied.length >= 2)
      await until('no letter is left', async () => (await letters.page()).letters.length === 0)
      await end()
      expect([...applied].sort()).toEqual(['a', 'b'])
    })

    test('what dies again after a replay says how often it was replayed', async () => {
      const { consumer, publish, letters } = scene()
      const broken = () => {
        throw new Error('never')
      }
      consumer({ consume: { attempts: 1, handler: broken } })
      await publish('a')
      for (const replays of [0, 1, 2]) {
        await until('it is dead', async () => (await letters.page()).letters.length === 1)
        const [letter] = (await letters.page()).letters
        expect(letter).toMatchObject({ replays, message: { id: 'a' }, attempt: replays + 1 })
        expect(await letters.replay(letter?.id as string)).toBe(true)
      }
    })

    test('a replay is for the group that gave the message up, though the others no longer remember it', async () => {
      const { consumer, publish, client, stream, letters } = scene()
      const log: string[] = []
      let isMended = false
      const ended: string[] = []
      const own = (group: string) => ({
        group,
        observer: (event: StreamEvent) => {
          if (event.type === 'decided') ended.push(`${group} ${event.decision.action}`)
        },
      })
      const remembered = { retention: '300ms', lease: '100ms' } as const
      consumer({
        ...own('a'),
        consume: {
          name: 'a',
          attempts: 1,
          handler: ({ id }) => {
            if (!isMended) throw new Error('not yet')
            log.push(`a ${id}`)
          },
        },
      })
      consumer({
        ...own('b'),
        consume: { name: 'b', ...remembered, handler: (message) => void log.push(`b ${message['id']}`) },
      })
      await publish('x', ['sku', 'X'])
      await until('it is dead', async () => (await letters.page()).letters.length === 1)
      await until('the other has applied it', () => log.length === 1)
      await new Promise((resolve) => setTimeout(resolve, 400))
      const replay = async () => letters.replay((await letters.page()).letters[0]?.id as string)
      // It dies once more, and is buried as it was published.
      await replay()
      await until('it is dead', async () => (await letters.page()).letters.length === 1)
      expect((await letters.page()).letters).toMatchObject([
        { message: { id: 'x', sku: 'X' }, group: 'a', replays: 1 },
      ])
      expect((await letters.page()).letters[0]?.message).toEqual({ id: 'x', sku: 'X' })
      isMended = true
      await replay()
      await until('it is applied', () => log.includes('a x'))
      const left = async (group: string) => Number(((await client.xpending(stream, group)) as unknown[])[0])
      await until('nothing is pending', async () => (await left('a')) + (await left('b')) === 0)
      expect(log).toEqual(['b x', 'a x'])
      expect(ended.filter((each) => each.startsWith('b'))).toEqual(['b ack'])
    })

    test('a replay whose group is gone is for all that are there', async () => {
      const { consumer, publish, client, stream, letters, applied } = scene()
      const one = consumer({ group: 'a', consume: { name: 'a', key: () => '' } })
      await publish('x')
      await until('it is dead', async () => (await letters.page()).letters.length === 1)
      await one.close()
      await client.xgroup('DESTROY', stream, 'a')
      await client.xtrim(stream, 'MAXLEN', 0)
      await letters.replay((await letters.page()).letters[0]?.id as string)
      consumer({ from: 'all' })
      await until('it is applied', () => applied.length === 1)
    })

    test('a count of replays that is none, counts for nothing', async () => {
      const { consumer, publish, applied, pending } = scene()
      consumer()
      const wrong = ['-1', '1.5', 'x', '', '1e3', '9007199254740993']
      for (const count of wrong) await publish(`order ${count}`, ['idem:replays', count])
      await until('all are applied', () => applied.length === wrong.length)
      await until('nothing is pending', async () => (await pending()) === 0)
    })

    test('bytes that are no text survive death and replay', async () => {
      const { consumer, client, stream, letters } = scene()
      const bytes = Buffer.from([0, 255, 254, 10])
      consumer({ consume: { key: () => '' } })
      await client.xadd(stream, '*', 'id', 'a', 'bytes', bytes)
      await until('it is dead', async () => (await letters.page()).letters.length === 1)
      await end()
      const [letter] = (await letters.page()).letters
      expect(letter).toMatchObject({ reason: 'unusable' })
      await letters.replay(letter?.id as string)
      const [, again] = await client.xrangeBuffer(stream, '-', '+')
      expect(again?.[1].slice(0, 4)).toEqual([
        Buffer.from('id'),
        Buffer.from('a'),
        Buffer.from('bytes'),
        bytes,
      ])
    })

    test('a retry waits until it is due, though others look for what is idle, and nobody spins', async () => {
      const { consumer, publish, applied, events, pending } = scene()
      const at: number[] = []
      const consume: ConsumerOptions['consume'] = {
        backoff: () => 3000,
        handler: ({ id }) => {
          at.push(performance.now())
          if (at.length === 1) throw new Error('not yet')
          applied.push(id as string)
        },
      }
      for (let each = 0; each < 3; each++) consumer({ consume, minIdle: 1000 })
      await publish('a')
      await until('it is applied', () => applied.length === 1)
      expect((at[1] as number) - (at[0] as number)).toBeGreaterThanOrEqual(2990)
      await until('nothing is pending', async () => (await pending()) === 0)
      expect(at.length).toBe(2)
      expect(events.filter(({ type }) => type === 'decided').length).toBe(2)
      expect(events.filter(({ type }) => type === 'taken-over')).toEqual([])
    })

    test('memory is bounded while nothing is acknowledged: no more are fetched than may be pending', async () => {
      const { consumer, client, stream, pending, events } = scene()
      const publishing = client.pipeline()
      for (let at = 0; at < 300; at++) publishing.xadd(stream, '*', 'id', `order ${at}`)
      await publishing.exec()
      const down = () => {
        throw new Error('no database')
      }
      consumer({ maxPending: 40, consume: { handler: down, backoff: () => 50, attempts: 1_000_000 } })
      const decided = () => events.filter(({ type }) => type === 'decided').length
      await until('all that are pending were tried several times', () => decided() > 400)
      expect(await pending()).toBe(40)
    })

    test('a slow handler keeps its message, however short minIdle is', async () => {
      const { consumer, publish, applied, events } = scene()
      const slow = async ({ id }: { readonly [field: string]: string }) => {
        await new Promise((resolve) => setTimeout(resolve, 2500))
        applied.push(id as string)
      }
      for (let each = 0; each < 2; each++) consumer({ minIdle: 800, consume: { handler: slow } })
      await publish('a')
      await until('it is applied', () => applied.length === 1)
      expect(events.filter(({ type }) => type === 'taken-over')).toEqual([])
    })

    test('what others have left pending is taken over', async () => {
      const { consumer, publish, applied, client, stream, events } = scene()
      await client.xgroup('CREATE', stream, 'points', '0', 'MKSTREAM')
      const ids = [await publish('a'), await publish('b')]
      await client.xreadgroup('GROUP', 'points', 'dead', 'COUNT', 10, 'STREAMS', stream, '>')
      consumer()
      await until('they are applied', () => applied.length === 2)
      const taken = events.flatMap((event) => (event.type === 'taken-over' ? event.ids : []))
      expect(taken).toEqual(ids)
    })

    test('what was trimmed while it was pending is told to be lost', async () => {
      const { consumer, publish, client, stream, events } = scene()
      await client.xgroup('CREATE', stream, 'points', '0', 'MKSTREAM')
      const id = await publish('a')
      await client.xreadgroup('GROUP', 'points', 'dead', 'COUNT', 10, 'STREAMS', stream, '>')
      await client.xtrim(stream, 'MAXLEN', 0)
      consumer()
      await until('it is told', () => events.some(({ type }) => type === 'lost'))
      expect(events).toContainEqual({ type: 'lost', ids: [id] })
    })

    test('what was trimmed while it is in hand is applied, or goes to the dead letters, all the same', async () => {
      const { consumer, publish, client, stream, applied, events, letters } = scene()
      const attempts: string[] = []
      for (let each = 0; each < 2; each++)
        consumer({
          minIdle: 200,
          consume: {
            attempts: 2,
            // So that several signs of life are given meanwhile.
            backoff: () => 500,
            handler: async ({ id }) => {
              attempts.push(id as string)
              if (attempts.filter((other) => other === id).length === 1) throw new Error('not yet')
              await new Promise((resolve) => setTimeout(resolve, 500))
              if (id === 'poison') throw new Error('never')
              applied.push(id as string)
            },
          },
        })
      for (const id of ['a', 'poison']) await publish(id)
      await until('both were tried', () => attempts.length === 2)
      await client.xtrim(stream, 'MAXLEN', 0)
      await until('one is applied', () => applied.includes('a'))
      await until('the other is dead', async () => (await letters.page()).letters.length === 1)
      expect((await letters.page()).letters).toMatchObject([
        { message: { id: 'poison' }, reason: 'attempts' },
      ])
      expect(events.filter(({ type }) => type === 'lost')).toEqual([])
      expect(attempts.length).toBe(4)
    })

    test('what was trimmed while it waits, in a consumer that is closed, is told to be lost', async () => {
      const { consumer, publish, client, stream, events } = scene()
      const failing = () => {
        throw new Error('not yet')
      }
      for (const minIdle of ['1h', 150] as const) {
        const one = consumer({ minIdle, consume: { backoff: () => 60_000, handler: failing } })
        const id = await publish(String(minIdle))
        await until('it was tried', () => events.some((event) => event.type === 'decided' && event.id === id))
        await client.xtrim(stream, 'MAXLEN', 0)
        // Some signs of life, or none.
        await new Promise((resolve) => setTimeout(resolve, 200))
        await one.close()
        expect(events.filter(({ type }) => type === 'lost')).toEqual([{ type: 'lost', ids: [id] }])
        events.length = 0
      }
    })

    test('an observer can break nothing, whether it throws or rejects', async () => {
      const { consumer, publish, applied, pending } = scene()
      const rejections: unknown[] = []
      const heard = (error: unknown) => rejections.push(error)
      process.on('unhandledRejection', heard)
      consumer({ observer: () => Promise.reject(new Error('my log is down')) })
      consumer({
        observer: () => {
          throw new Error('my log is down')
        },
      })
      for (const id of ['a', 'b', 'c']) await publish(id)
      await until('all are applied', async () => applied.length === 3 && (await pending()) === 0)
      await new Promise((resolve) => setTimeout(resolve, 20))
      process.off('unhandledRejection', heard)
      expect(rejections).toEqual([])
    })

    test('a group is made by all at once, and again when the stream was deleted', async () => {
      const { consumer, publish, applied, client, stream } = scene()
      for (let each = 0; each < 4; each++) consumer()
      await until('there is a group', async () => (await client.exists(stream)) === 1)
      await publish('a')
      await until('it is applied', () => applied.length === 1)
      await client.del(stream)
      await publish('b')
      await until('what came since is applied', () => applied.length === 2)
      expect(applied).toEqual(['a', 'b'])
    })

    test('a group that was destroyed goes on where it was, and not with the history', async () => {
      const { consumer, publish, applied, client, stream, events } = scene()
      await publish('old')
      consumer({ from: 'new' })
      const groups = async () => ((await client.xinfo('GROUPS', stream)) as unknown[]).length
      await until('there is a group', async () => (await groups()) === 1)
      await publish('a')
      await until('it is applied', () => applied.length === 1)
      await client.multi().xgroup('DESTROY', stream, 'points').xadd(stream, '*', 'id', 'b').exec()
      await until('what came since is applied', () => applied.length === 2)
      expect(applied).toEqual(['a', 'b'])
      expect(events.filter(({ type }) => type === 'decided').length).toBe(2)
    })

    test('a group that was destroyed before it had read anything begins as it was to', async () => {
      const { consumer, publish, applied, client, stream } = scene()
      await publish('old')
      consumer({ from: 'new' })
      const groups = async () => ((await client.xinfo('GROUPS', stream)) as unknown[]).length
      await until('there is a group', async () => (await groups()) === 1)
      await client.xgroup('DESTROY', stream, 'points')
      await until('there is one again', async () => (await groups()) === 1)
      await publish('a')
      await until('it is applied', () => applied.includes('a'))
      expect(applied).toEqual(['a'])
    })

    test('a stream that was deleted and made anew is consumed from its beginning, whatever its ids', async () => {
      const { consumer, publish, applied, client, stream } = scene()
      consumer({ from: 'new' })
      await until('there is a group', async () => (await client.exists(stream)) === 1)
      await publish('a')
      await until('it is applied', () => applied.length === 1)
      await client.multi().del(stream).xadd(stream, '5-1', 'id', 'b').xadd(stream, '5-2', 'id', 'c').exec()
      await until('what came since is applied', () => applied.length === 3)
      expect(applied).toEqual(['a', 'b', 'c'])
    })

    test("a group that begins with what is new leaves out what was before, but nothing that came since ('new')", async () => {
      const { consumer, publish, applied, client, stream } = scene()
      await publish('old')
      consumer({ from: 'new' })
      const groups = async () => (await client.xinfo('GROUPS', stream)) as unknown[]
      await until('there is a group', async () => (await groups()).length === 1)
      await publish('new')
      await until('it is applied', () => applied.length === 1)
      expect(applied).toEqual(['new'])
    })
  })

  describe.skipIf(url === undefined)('a consumer that is closed', () => {
    test('ends what is under way, begins nothing, and hands over the rest at once', async () => {
      const { consumer, publish, applied, pending, client, stream } = scene()
      const gate = new Gate()
      const begun: string[] = []
      const one = consumer({
        concurrency: 1,
        minIdle: '1h',
        consume: {
          handler: async ({ id }) => {
            begun.push(id as string)
            if (id === 'later') throw new Error('not now')
            await gate.opened
            applied.push(id as string)
          },
          backoff: () => 50,
        },
      })
      await publish('later')
      await until('the first has failed', () => begun.length > 0)
      await publish('a')
      await until('the second is under way', () => begun.includes('a'))
      await publish('b')
      const closing = one.close()
      gate.open()
      await closing
      expect(applied).toEqual(['a'])
      expect(begun).not.toContain('b')
      expect(await pending()).toBe(1)
      // What waits for its next attempt can be taken over when that is due, not in an hour.
      consumer({ minIdle: '1h' })
      await until('another applies the rest', () => applied.length === 3)
      expect([...applied].sort()).toEqual(['a', 'b', 'later'])
      await end()
      await until('nothing is pending', async () => (await pending()) === 0)
      expect(await client.xinfo('CONSUMERS', stream, 'points')).toEqual([])
    })

    test('keeps from others what it is still at, however short minIdle is', async () => {
      const { consumer, publish, applied, events } = scene()
      const underWay = new Gate()
      const gate = new Gate()
      const one = consumer({
        minIdle: 500,
        consume: {
          handler: async ({ id }) => {
            underWay.open()
            await gate.opened
            applied.push(id as string)
          },
        },
      })
      const id = await publish('a')
      await underWay.opened
      const closing = one.close()
      consumer({ minIdle: 500 })
      await publish('b')
      await until('the other is at work', () => applied.includes('b'))
      // Several times as long as others would let it lie.
      await new Promise((resolve) => setTimeout(resolve, 2000))
      gate.open()
      await closing
      expect(applied).toEqual(['b', 'a'])
      const taken = events.flatMap((event) => (event.type === 'taken-over' ? event.ids : []))
      expect(taken).not.toContain(id)
    })

    test('hands over what it has not begun while it is still at something else', async () => {
      const { consumer, publish, applied, pending } = scene()
      const underWay = new Gate()
      const gate = new Gate()
      const begun: string[] = []
      const one = consumer({
        concurrency: 1,
        stopTimeout: '1h',
        minIdle: '1h',
        consume: {
          handler: async ({ id }) => {
            begun.push(id as string)
            if (id === 'later') throw new Error('not now')
            underWay.open()
            await gate.opened
            applied.push(id as string)
          },
          backoff: () => 50,
        },
      })
      await publish('later')
      await until('the first has failed', () => begun.length > 0)
      await publish('a')
      await underWay.opened
      const closing = one.close()
      consumer({ minIdle: '1h' })
      await until('another applies what waited', () => applied.includes('later'))
      expect(applied).toEqual(['later'])
      gate.open()
      await closing
      expect(applied).toEqual(['later', 'a'])
      await until('nothing is pending', async () => (await pending()) === 0)
    })

    test('tells handlers to stop when its time is over, and goes', async () => {
      const { consumer, publish, pending } = scene()
      const underWay = new Gate()
      let told = false
      const one = consumer({
        stopTimeout: 100,
        consume: {
          handler: (_message, { signal }) =>
            new Promise((_resolve, reject) => {
              underWay.open()
              signal.addEventListener('abort', () => {
                told = true
                reject(signal.reason)
              })
            }),
        },
      })
      await publish('a')
      await underWay.opened
      await one.close()
      expect(told).toBe(true)
      expect(await pending()).toBe(1)
    })

    test('waits for handlers that it has told to stop, a while: what they have done is known when it goes', async () => {
      const { consumer, publish, applied, pending, events } = scene()
      const underWay = new Gate()
      const one = consumer({
        stopTimeout: 50,
        consume: {
          handler: async ({ id }, { signal }) => {
            underWay.open()
            await new Promise((resolve) => signal.addEventListener('abort', resolve))
            await new Promise((resolve) => setTimeout(resolve, 300))
            applied.push(id as string)
          },
        },
      })
      await publish('a')
      await underWay.opened
      await one.close()
      expect(applied).toEqual(['a'])
      expect(events).toMatchObject([{ type: 'decided', decision: { action: 'ack', reason: 'applied' } }])
      expect(await pending()).toBe(0)
    })

    test('goes without those that do not stop', async () => {
      const { consumer, publish, pending } = scene()
      const underWay = new Gate()
      const one = consumer({
        stopTimeout: 50,
        consume: {
          handler: () => {
            underWay.open()
            return new Promise(() => {})
          },
        },
      })
      await publish('a')
      await underWay.opened
      const since = performance.now()
      await one.close()
      expect(performance.now() - since).toBeLessThan(4000)
      expect(await pending()).toBe(1)
    })

    test('leaves its group also when something waits for its next attempt, which others take over', async () => {
      const { consumer, client, stream, publish, applied, pending } = scene()
      const names = async () =>
        ((await client.xinfo('CONSUMERS', stream, 'points')) as unknown[][]).map((each) => each[1])
      for (const id of ['a', 'b', 'c']) {
        let isTried = false
        const failing = () => {
          isTried = true
          throw new Error('not yet')
        }
        const one = consumer({
          minIdle: '1h',
          consume: { backoff: () => 50, handler: failing, attempts: 1000 },
        })
        await publish(id)
        await until('it was tried', () => isTried)
        await one.close()
        expect(await names()).toEqual(['idem:nobody'])
      }
      const last = consumer({ minIdle: '1h' })
      await until('all are applied', async () => applied.length === 3 && (await pending()) === 0)
      await last.close()
      expect(await names()).toEqual([])
    })

    test('leaves the clients open, and leaves its group', async () => {
      const { consumer, client, stream, publish, pending, applied } = scene()
      const one = consumer()
      await publish('a')
      const consumers = async () =>
        (await client.exists(stream))
          ? ((await client.xinfo('CONSUMERS', stream, 'points')) as unknown[]).length
          : 0
      await until('it has joined', async () => applied.length === 1 && (await pending()) === 0)
      expect(await consumers()).toBe(1)
      await one.close()
      expect(await consumers()).toBe(0)
      expect(client.status).toBe('ready')
      await expect(one.run()).rejects.toThrow(/once/)
    })

    test('does as much when the signal of run() aborts', async () => {
      const { stream, client } = scene()
      const { RedisStreamConsumer } = await import('../../src/index')
      const handle = async () => ({ action: 'ack', reason: 'applied' }) as const
      const stop = new AbortController()
      const options = { reader: open(url as string), stream, group: 'g', handle, block: 20 }
      const running = new RedisStreamConsumer(client, options).run(stop.signal)
      stop.abort()
      await running
    })
  })
})
