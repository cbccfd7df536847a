import { expect, test } from 'vitest'
import { readSettings } from '../src/settings'

test('everything has a value unless it is set', () => {
  expect(readSettings([], {})).toEqual({
    port: 8080,
    host: '127.0.0.1',
    store: 'memory',
    queue: 'auto',
    processes: 1,
    lease: 10_000,
    'callback-secret': 'demo-callback-secret',
    'failure-rate': 0.05,
    'gateway-delay': [100, 500],
    'max-running': 256,
    'max-waiting': 1000,
  })
})

test('a variable sets it, an empty one does not, and a flag has the last word', () => {
  expect(readSettings([], { PORT: '9000', MAX_RUNNING: '' })).toMatchObject({
    port: 9000,
    'max-running': 256,
  })
  expect(readSettings(['--port', '0'], { PORT: '9000' })).toMatchObject({ port: 0 })
  expect(readSettings(['--gateway-delay=0-0', '--failure-rate=1'], {})).toMatchObject({
    'gateway-delay': [0, 0],
    'failure-rate': 1,
  })
})

test.each([['--help'], ['-h'], ['--help', '--port', 'x']])('%s %s %s asks for help', (...args) => {
  expect(readSettings(args, {})).toBe('help')
})

test.each([
  [{ PORT: 'abc' }, 'PORT must be a whole number from 0 to 65535; got "abc"'],
  [{ PORT: '-1' }, 'PORT must be a whole number from 0 to 65535; got "-1"'],
  [{ PORT: '65536' }, 'PORT must be a whole number from 0 to 65535; got "65536"'],
  [{ PORT: '80.5' }, 'PORT must be a whole number from 0 to 65535; got "80.5"'],
  [{ STORE: 'disk' }, 'STORE must be memory, redis, postgres or mongo; got "disk"'],
  [{ STORE: 'toString' }, 'STORE must be memory, redis, postgres or mongo; got "toString"'],
  [{ FAILURE_RATE: '1.1' }, 'FAILURE_RATE must be a number from 0 to 1; got "1.1"'],
  [{ FAILURE_RATE: 'x' }, 'FAILURE_RATE must be a number from 0 to 1; got "x"'],
  [{ GATEWAY_DELAY: '5' }, 'GATEWAY_DELAY must be a range such as 100-500, up to 60000; got "5"'],
  [{ GATEWAY_DELAY: '0-60001' }, 'GATEWAY_DELAY must be a range such as 100-500, up to 60000; got "0-60001"'],
  [{ HOST: ' ' }, 'HOST must be an address or host name; got " "'],
  [{ GATEWAY_DELAY: '5-4' }, 'GATEWAY_DELAY must be a range such as 100-500, up to 60000; got "5-4"'],
  [{ MAX_RUNNING: '0' }, 'MAX_RUNNING must be a whole number from 1 to 1000000; got "0"'],
  [{ PROCESSES: '0' }, 'PROCESSES must be a whole number from 1 to 64; got "0"'],
  [{ LEASE: '10s' }, 'LEASE must be a whole number from 100 to 600000; got "10s"'],
  [{ MAX_WAITING: '1e3' }, 'MAX_WAITING must be a whole number from 0 to 1000000; got "1e3"'],
])('%o is refused with what it takes', (env, message) => {
  expect(() => readSettings([], env)).toThrow(message)
})

test.each([
  [['--store', 'disk'], '--store must be memory, redis, postgres or mongo; got "disk"'],
  [['--port='], '--port must be a whole number from 0 to 65535; got ""'],
  [['--port'], 'See --help'],
  [['--colour'], 'See --help'],
  [['start'], 'See --help'],
])('%j is refused with what it takes', (args, message) => {
  expect(() => readSettings(args, {})).toThrow(message)
})

test('several processes need a store that they can share', () => {
  expect(() => readSettings(['--processes', '4'], {})).toThrow(
    '--store memory keeps the records of one process: 4 processes would each charge the same payment. ' +
      'Choose --store redis, --store postgres or --store mongo, or --processes 1.',
  )
  expect(readSettings(['--processes', '4', '--store', 'redis'], {})).toMatchObject({
    processes: 4,
    store: 'redis',
  })
})
