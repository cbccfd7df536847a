import { PassThrough } from 'node:stream'
import { Idem, type Store } from '@idem/core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { run } from '../src/run'
import { claimOf } from './support/claim-of'
import { type Opened, openRedis } from './support/opened'
import { until } from './support/until'

const redisUrl = inject('redisUrl')

/** The program in front of somebody, who sees what it writes, and types. */
function inFrontOf(typed: readonly string[], env: Record<string, string> = {}) {
  const stream = () =>
    Object.assign(new PassThrough().setEncoding('utf8'), { isTTY: true, rows: 20, columns: 80 })
  const [input, output, errors] = [stream(), stream(), stream()]
  const seen = { out: '', err: '' }
  output.on('data', (text: string) => {
    seen.out += text
  })
  errors.on('data', (text: string) => {
    seen.err += text
  })
  const controller = new AbortController()
  const code = run(typed, { input, output, errors, env }, controller.signal)
  return { input, seen, code, interrupt: () => controller.abort() }
}

describe.skipIf(redisUrl === undefined)('on a terminal', () => {
  let opened: Opened
  let store: Store
  let idem: Idem
  beforeAll(async () => {
    opened = await openRedis(redisUrl as string)
    store = opened.store
    idem = new Idem({ store })
  })
  afterAll(() => opened?.close())

  const isKept = async (key: string) => (await store.get(key)) !== undefined

  async function askedToForget(key: string, ...options: string[]) {
    const front = inFrontOf(['forget', `idem:::${key}`, ...options, ...opened.args])
    await until(() => front.seen.err.includes('[y/N]'))
    return front
  }

  it('forgets what somebody has seen, and said yes to', async () => {
    await idem.run('yes', () => 1)
    const { input, seen, code } = await askedToForget('yes')
    expect(seen.err).toContain('idem:::yes')
    expect(seen.err).toContain('Its work IS DONE: the next call does it a second time.')
    expect(await isKept('idem:::yes')).toBe(true)
    input.write('yes\n')
    expect(await code).toBe(0)
    expect(await isKept('idem:::yes')).toBe(false)
  })

  it.each(['', 'n', 'yeah', 'idem:::no'])('forgets nothing where the answer is %j', async (answer) => {
    await idem.run('no', () => 1)
    const { input, seen, code } = await askedToForget('no')
    input.write(`${answer}\n`)
    expect(await code).toBe(1)
    expect(seen.err).toContain('nothing was removed')
    expect(await isKept('idem:::no')).toBe(true)
  })

  it('forgets nothing where the input ends, or somebody interrupts', async () => {
    await idem.run('left', () => 1)
    const ends = await askedToForget('left')
    ends.input.end()
    expect(await ends.code).toBe(1)
    const interrupted = await askedToForget('left')
    interrupted.interrupt()
    expect(await interrupted.code).toBe(1)
    expect(await isKept('idem:::left')).toBe(true)
  })

  it('forgets nothing that has changed while somebody thought', async () => {
    await store.claim(claimOf('idem:::changed', 1))
    await until(async () => (await store.get('idem:::changed'))?.state === 'abandoned')
    const { input, seen, code } = await askedToForget('changed', '--force')
    await store.claim(claimOf('idem:::changed', 600_000))
    input.write('y\n')
    expect(await code).toBe(1)
    expect(seen.err).toContain('has changed while you were asked')
    expect(await isKept('idem:::changed')).toBe(true)
  })

  it('has colours, unless NO_COLOR says otherwise', async () => {
    await idem.run('seen', () => 1)
    const coloured = inFrontOf(['ls', ...opened.args])
    expect(await coloured.code).toBe(0)
    expect(coloured.seen.out).toContain('\u001b[32msucceeded')
    const plain = inFrontOf(['ls', ...opened.args], { NO_COLOR: '1' })
    expect(await plain.code).toBe(0)
    expect(plain.seen.out).toContain('succeeded')
    expect(plain.seen.out).not.toContain('\u001b')
  })

  it('watches in place, tells takeovers, and leaves the screen as it was', async () => {
    await store.claim(claimOf('watched:::one', 1))
    await until(async () => (await store.get('watched:::one'))?.state === 'abandoned')
    const { seen, code, interrupt } = inFrontOf(['watch', 'watched:', '-i', '100ms', ...opened.args])
    await until(() => seen.out.includes('watched:::one'))
    expect(seen.out.startsWith('\u001b[?1049h')).toBe(true)
    expect(seen.out).toContain('abandoned 1')
    // What was so before it looked is no change.
    expect(seen.out).not.toContain('attempt 1')
    await store.claim(claimOf('watched:::one', 600_000))
    await until(() => seen.out.includes('takeover'))
    interrupt()
    expect(await code).toBe(0)
    const left = seen.out.split('\u001b[?1049l')
    expect(left).toHaveLength(2)
    expect(left[1]).toContain('running 1')
    expect(left[1]).toContain('watched:::one')
  })
})
