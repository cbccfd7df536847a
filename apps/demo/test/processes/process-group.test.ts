import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { ask, askUntil } from '../support/client'
import { order } from '../support/demo'
import { privateRedis } from '../support/private-redis'
import { pidsOf, type SpawnedDemo, spawnDemo, spawnHeldDemo, urlOf } from '../support/spawn-demo'

// Processes start one after another, and many other things may run beside.
vi.setConfig({ testTimeout: 120_000 })

const redis = await privateRedis()

describe.skipIf(redis === undefined)('processes behind one port', () => {
  const flags = ['--store', 'redis', '--processes', '2', '--port', '0']
  const env = { REDIS_URL: redis?.url ?? '', FAILURE_RATE: '0', GATEWAY_DELAY: '0-0' }
  const spawn = () => spawnDemo(flags, env)
  const spawnHeld = () => spawnHeldDemo(flags, env)

  test('a process that is killed is replaced under its number, and the log says so', async () => {
    const demo = spawn()
    const url = await urlOf(demo)
    const [, second = 0] = pidsOf(demo)
    process.kill(second, 'SIGKILL')
    await demo.printed(new RegExp(`process 2 \\(${second}\\) was killed by SIGKILL; another takes its place`))
    // What is changed while it starts it is to know as well.
    let slowedBy = 0
    while (!/process 2 \(\d+\) answers/.test(demo.stdout())) {
      slowedBy += 1
      await ask(`${url}/controls`, { gateway_slowed_by_ms: slowedBy })
    }
    const told = await askUntil(`${url}/controls`, ({ process }) => process === 2)
    expect(told.body.gateway_slowed_by_ms).toBe(slowedBy)
    const [, pid] = await demo.printed(/process 2 \((\d+)\) answers/)
    const answer = await askUntil(`${url}/health`, ({ process }) => process === 2)
    expect(answer.pid).toBe(Number(pid))
    expect(answer.pid).not.toBe(second)
  })

  test('when all are killed, others answer at the same port', async () => {
    const demo = spawn()
    const url = await urlOf(demo)
    const payment = order()
    const paid = await ask(`${url}/payment`, payment)
    for (const pid of pidsOf(demo)) process.kill(pid, 'SIGKILL')
    await demo.printed(/process 1 \(\d+\) answers/)
    await demo.printed(/process 2 \(\d+\) answers/)
    const again = await ask(`${url}/payment`, payment)
    expect(again).toMatchObject({ code: 200, replayed: true })
    expect(again.body.order_id).toBe(paid.body.order_id)
  })

  test.skipIf(!existsSync('/proc/self/stat'))(
    'while there is not one process, the service waits for the next',
    async () => {
      const demo = spawn()
      await urlOf(demo)
      for (const pid of pidsOf(demo)) process.kill(pid, 'SIGKILL')
      await demo.printed(/process 1 .* takes its place/)
      await demo.printed(/process 2 .* takes its place/)
      // The next two die young, and so the two after them are not started at once.
      const young = await vi.waitFor(() => {
        const pids = childrenOf(demo.pid)
        expect(pids).toHaveLength(2)
        return pids
      }, 10_000)
      for (const pid of young) process.kill(pid, 'SIGKILL')
      const died = (number: number) => new RegExp(`process ${number} \\((${young.join('|')})\\) was killed.*`)
      for (const number of [1, 2]) {
        await demo.printed(died(number))
        await demo.printed(new RegExp(`${died(number).source}[\\s\\S]*process ${number} \\(\\d+\\) answers`))
      }
      expect(demo.stdout().match(/takes its place/g)).toHaveLength(4)
    },
  )

  test('a process that cannot be replaced at once is, as soon as it can', async () => {
    const demo = spawn()
    const url = await urlOf(demo)
    const { port } = new URL(url)
    for (const pid of pidsOf(demo)) process.kill(pid, 'SIGKILL')
    // Nobody listens until the first replacement does, and it needs time to start. Should it have been faster, it goes.
    const thief = createServer()
    await vi.waitFor(async () => {
      for (const pid of answering(demo).filter(isAlive)) process.kill(pid, 'SIGKILL')
      const listening = once(thief, 'listening')
      thief.listen(Number(port), '127.0.0.1')
      await listening
    }, 20_000)
    await demo.printed(/process 1 \(\d+\) ended with 1; another takes its place/)
    await demo.printed(/process 2 \(\d+\) ended with 1; another takes its place/)
    thief.close()
    await demo.printed(/process 1 \(\d+\) answers/)
    expect((await ask(`${url}/health`)).code).toBe(200)
  })

  test('a process that is told to end lets its payment finish, and is replaced', async () => {
    const demo = spawnHeld()
    const url = await urlOf(demo)
    const paying = ask(`${url}/payment`, order())
    const { pid, process: number } = await askUntil(`${url}/health`, isPaying)
    process.kill(pid, 'SIGTERM')
    await leftOut(url, pid)
    demo.release()
    expect(await paying).toMatchObject({ code: 200, pid })
    await demo.printed(new RegExp(`process ${number} \\(${pid}\\) ended with 0; another takes its place`))
    await demo.printed(new RegExp(`process ${number} \\(\\d+\\) answers`))
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s lets a running payment finish, and ends all',
    async (signal) => {
      const demo = spawnHeld()
      const url = await urlOf(demo)
      const paying = ask(`${url}/payment`, order())
      await askUntil(`${url}/health`, isPaying)
      // A terminal signals all of them.
      for (const pid of [demo.pid, ...pidsOf(demo)]) process.kill(pid, signal)
      await demo.printed(/then the service stops/)
      demo.release()
      expect((await paying).code).toBe(200)
      expect(await demo.ended).toBe(0)
      expect(pidsOf(demo).filter(isAlive)).toEqual([])
      expect(demo.stdout()).toMatch(/Stopped\n$/)
      expect(demo.stdout()).not.toContain('another takes its place')
      expect(demo.stderr()).toBe('')
    },
  )

  test('a second signal ends all at once', async () => {
    const demo = spawnHeld()
    const url = await urlOf(demo)
    const cut = expect(ask(`${url}/payment`, order())).rejects.toThrow()
    await askUntil(`${url}/health`, isPaying)
    demo.kill('SIGTERM')
    await demo.printed(/once more/)
    // Until it is longer than the time in which a second signal counts as the echo of the first.
    await vi.waitFor(() => {
      demo.kill('SIGTERM')
      expect(demo.stdout() && pidsOf(demo).filter(isAlive)).toEqual([])
    }, 5000)
    expect(await demo.ended).toBe(143)
    await cut
  })

  test('all end with the process that started them', async () => {
    const demo = spawn()
    await urlOf(demo)
    demo.kill('SIGKILL')
    await demo.ended
    await vi.waitFor(() => expect(pidsOf(demo).filter(isAlive)).toEqual([]), 20_000)
  })

  test('a taken port is told once, with what to do, and nothing is left', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const demo = spawnDemo(['--store', 'redis', '--processes', '2', '--port', String(port)], {
      REDIS_URL: redis?.url ?? '',
    })
    expect(await demo.ended).toBe(1)
    expect(demo.stderr()).toMatch(new RegExp(`^Port ${port} is taken\\. Stop what is using it, .*\n$`))
    expect(demo.stdout()).toBe('')
    other.close()
  })
})

function isPaying({ body }: { body: { payments: { running: number } } }): boolean {
  return body.payments.running > 0
}

/** Resolves as soon as no connection goes to it any more: of two in a row, one would. */
async function leftOut(url: string, pid: number): Promise<void> {
  for (let others = 0; others < 2; ) {
    others = (await ask(`${url}/health`)).pid === pid ? 0 : others + 1
  }
}

/** Those that have taken another's place. */
function answering(demo: SpawnedDemo): number[] {
  return [...demo.stdout().matchAll(/\((\d+)\) answers/g)].map(([, pid]) => Number(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch {
    return false
  }
}

/** The processes that answer for one, whether they do so already or not; not what else it has started. */
function childrenOf(parent: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger)
  return pids.filter((pid) => {
    try {
      const [, ppid] = /\) [^Z] (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
      return (
        Number(ppid) === parent &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('programs/src/main.js')
      )
    } catch {
      // It has ended meanwhile.
      return false
    }
  })
}

/** Whether it is dead, and whoever inherited it has not looked at it yet; where there is no /proc they always do. */
function isZombie(pid: number): boolean {
  const stat = `/proc/${pid}/stat`
  return existsSync(stat) && /\) Z /.test(readFileSync(stat, 'utf8'))
}
