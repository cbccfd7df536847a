import { randomUUID } from 'node:crypto'
import { RedisStore } from '@idem/redis'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { otelIdem } from '../src/index'
import { gate } from './support/gate'
import { followContext, startTelemetry, treeOf } from './support/telemetry'

const url = inject('redisUrl')
const clients: Redis[] = []
afterAll(() => Promise.all(clients.map((client) => client.quit())))

function open(): Redis {
  const client = new Redis(url as string)
  clients.push(client)
  return client
}

describe.skipIf(url === undefined)('on Redis', () => {
  followContext()

  it('each of many calls, whose commands go out together, has its own and nothing else', async () => {
    const told = startTelemetry()
    const prefix = `${randomUUID()}:`
    const idem = otelIdem({ store: new RedisStore(open(), { prefix }) }, told.otel)
    const names = Array.from({ length: 40 }, (_, n) => `n${n}`)
    await Promise.all(
      names.map((name) =>
        told.otel.tracer.startActiveSpan(`request ${name}`, async (span) => {
          await idem.run(name, (ctx) => ctx.step('one', () => name), { name })
          span.end()
        }),
      ),
    )
    expect(treeOf(told.spans())).toEqual(
      names.flatMap((name) => [
        `request ${name}`,
        `  idem.execute ${name}: executed`,
        '    idem.store.claim: acquired',
        '    idem.attempt',
        '      idem.store.saveStep: done',
        '    idem.store.complete: done',
      ]),
    )
  })

  it('a caller that waits for another process has its own calls, also those after it is woken', async () => {
    const told = startTelemetry()
    const prefix = `${randomUUID()}:`
    const start = () => otelIdem({ store: new RedisStore(open(), { prefix, subscriber: open() }) }, told.otel)
    const [one, other] = [start(), start()]
    const { entered, pass, open: letGo } = gate()
    const first = one.run('a', pass, { name: 'first' })
    await entered
    const second = other.run('a', pass, { name: 'first' })
    await expect.poll(() => told.series('idem.waits')).toHaveLength(1)
    await expect.poll(() => told.spans().some((span) => span.name === 'idem.store.watch')).toBe(true)
    letGo()
    await Promise.all([first, second])
    const tree = treeOf(told.spans())
    const at = tree.indexOf('idem.execute first: shared')
    expect(tree.slice(0, at)).toEqual([
      'idem.execute first: executed',
      '  idem.store.claim: acquired',
      '  idem.attempt',
      '  idem.store.complete: done',
    ])
    const calls = tree.slice(at + 1)
    expect(calls[0]).toBe('  idem.store.claim: running')
    expect(calls).toContain('  idem.store.watch: done')
    expect(calls.at(-1)).toBe('  idem.store.claim: settled')
  })
})
