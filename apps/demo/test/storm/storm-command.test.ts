import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, inject, test, vi } from 'vitest'
import { runStorm } from '../../src/storm/storm'
import { readStormSettings } from '../../src/storm/storm-settings'
import { stormText } from '../../src/storm/storm-text'
import { spawnDemo } from '../support/spawn-demo'

const DISTURBED = 20_000

test('storm prints its table, and ends with 0 when idem was right', async () => {
  const storm = spawnDemo(['storm', '--duplicates', '8'])
  expect(await storm.ended).toBe(0)
  const lines = storm.stdout().split('\n')
  expect(lines[0]).toMatch(/^memory: in the memory of this process/)
  const head = lines.findIndex((line) =>
    /^store +way +charges +answers +wrong +ms +what went wrong$/.test(line),
  )
  const rows = lines.slice(head + 1, lines.indexOf('', head))
  expect(rows).toHaveLength(7)
  expect(rows[0]).toMatch(
    /^memory +no protection +18 of 4 +18 of 18 +14 +\d+ {2}14 charged too much, 14 got another/,
  )
  expect(rows[1]).toMatch(/ key of user and amount +2 of 4 .* 1 refused, 1 failed for ever$/)
  expect(rows[5]).toMatch(/^memory +idem: store claim +4 of 4 +18 of 18 +0 +\d+$/)
  expect(storm.stdout()).toContain("All of idem's ways charged once for each payment")
  expect(storm.stdout()).not.toContain('\u001b')
  expect(storm.stderr().trim().split('\n')).toHaveLength(7)
  expect(storm.stderr()).toMatch(/^1\/7 memory: no protection, \d+ ms\n/)
})

test('storm --scenarios prints what each scenario came to, and ends with 0 when each took effect as often as it should', async () => {
  const storm = spawnDemo(['storm', '--scenarios'])
  expect(await storm.ended).toBe(0)
  const rows = [...storm.stdout().matchAll(/^memory +(\S.*?) {2,}(\d+) of (\d+) +(\d+) +\d+$/gm)]
  expect(rows.map(([, scenario]) => scenario?.split(/[:,]/)[0])).toEqual([
    ...['create order', 'payment callback', 'stock', 'coupon', 'coupon', 'queue', 'checkout'],
  ])
  expect(rows.map(([, , effects]) => Number(effects))).toEqual([1, 2, 100, 100, 100, 100, 1])
  expect(rows.every(([, , effects, intended]) => effects === intended)).toBe(true)
  expect(storm.stderr()).toBe('')
})

test('a wrong way that did not go wrong this time is told', async () => {
  const report = await runStorm({ duplicates: 1, stores: [{ name: 'memory', url: '' }], leaseMs: 300 })
  expect(stormText(report, false)).toMatch(
    /^These did not go wrong this time: no protection on memory, lock without a second look on memory, lock that expires on memory\.$/m,
  )
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends it with %i, in the middle of a row', async (signal, code) => {
  const storm = spawnDemo(['storm', '--duplicates', '4'])
  await vi.waitFor(() => expect(storm.stderr()).toMatch(/^1\/7 /), DISTURBED)
  storm.kill(signal)
  expect(await storm.ended).toBe(code)
  expect(storm.stderr()).not.toMatch(/7\/7|Error/)
  expect(storm.stdout()).not.toContain('charges')
})

test.skipIf(inject('redisUrl') === undefined)('a server that was started for it ends with it', async () => {
  const storm = spawnDemo(['storm', '--duplicates', '4', '--stores', 'redis'])
  await storm.printed(/^redis: in a Redis started for the demo, at 127\.0\.0\.1:\d+/m)
  const [, port] = /127\.0\.0\.1:(\d+)/.exec(storm.stdout()) ?? []
  await vi.waitFor(() => expect(storm.stderr()).toMatch(/^1\/7 redis/m), DISTURBED)
  storm.kill('SIGINT')
  expect(await storm.ended).toBe(130)
  const [error] = await once(connect(Number(port), '127.0.0.1'), 'error')
  expect(error).toMatchObject({ code: 'ECONNREFUSED' })
})

test.each([
  [['--duplicates', '0'], '--duplicates must be a whole number from 1 to 2000; got "0"'],
  [['--duplicates', 'many'], '--duplicates must be a whole number from 1 to 2000; got "many"'],
  [['--stores', 'memory,disk'], /^--stores must be some of memory, redis, .*; got "memory,disk"$/],
  [['--stores', ''], /^--stores must be some of memory, redis, .*; got ""$/],
  [['--fast'], /^Unknown option '--fast'.*\nSee storm --help\.$/],
])('storm %j is refused with what it takes', (args, message) => {
  expect(() => readStormSettings(args, {})).toThrow(message)
})

test.each([
  [['now'], {}, /^Unexpected argument 'now'.*\nSee storm --help\.\n$/],
  [[], { REDIS_URL: 'redis://127.0.0.1:1' }, /^REDIS_URL is set, but no Redis answers at 127\.0\.0\.1:1: /],
])('storm %j %o is refused', async (args, env, message) => {
  const storm = spawnDemo(['storm', ...args], env as Record<string, string>)
  expect(await storm.ended).toBe(1)
  expect(storm.stderr()).toMatch(message)
  expect(storm.stdout()).not.toContain('charges')
})

test('storm --help tells its flags', async () => {
  const storm = spawnDemo(['storm', '--help'])
  expect(await storm.ended).toBe(0)
  for (const flag of ['--duplicates', '--stores', '--help']) expect(storm.stdout()).toContain(flag)
})
