import { AbandonedError, Idem, type Store } from '@idem/core'
import { encryptedCodec } from '@idem/core/encrypted'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimOf } from './claim-of'
import { cli } from './cli'
import type { Opened } from './opened'
import { until } from './until'

const refuses = () => {
  throw new Error('is not to run')
}

/** What every command does, on a store. */
export function describeCommands(name: string, open: () => Promise<Opened>): void {
  describe(`the commands on ${name}`, () => {
    let opened: Opened
    let store: Store
    let idem: Idem
    beforeAll(async () => {
      opened = await open()
      store = opened.store
      idem = new Idem({ store, onAbandoned: 'reject', onInProgress: 'reject' })
    })
    afterAll(() => opened?.close())

    const run = (command: string, ...args: string[]) => cli([command, ...args, ...opened.args])
    const isAbandoned = async (key: string) => (await store.get(key))?.state === 'abandoned'
    const abandon = async (key: string) => {
      await store.claim(claimOf(key, 1))
      await until(() => isAbandoned(key))
    }

    it('lists what is kept, the newest first, in columns that stay as they are', async () => {
      await abandon('listed:::stuck')
      await store.claim(claimOf('listed:::live', 600_000))
      const claimed = Date.now()
      await until(() => Date.now() > claimed + 1)
      const listed = new Idem({ store, namespace: 'listed' })
      await listed.run('last', () => 'secret answer')
      const { code, out, err } = await run('ls', '--namespace', 'listed')
      expect({ code, lines: out.split('\n').map((line) => line.replace(/ \d+\w+/g, ' …')) }).toEqual({
        code: 0,
        lines: [
          'STATE          ATTEMPT  AGE      CHANGED  LEASE    EXPIRES  KEY',
          expect.stringMatching(/^succeeded {6}1 .* - .* listed:::last$/),
          expect.stringMatching(/^running {8}1 .* listed:::live$/),
          expect.stringMatching(/^abandoned {6}1 .* over .* listed:::stuck$/),
          '',
        ],
      })
      expect(err).toMatch(/^3 of 3 records, the newest first \(/)
    })

    it('lists for programs: a JSON object per line, by state, by a beginning, by a part, up to a limit', async () => {
      for (const at of [1, 2, 3]) await store.claim(claimOf(`many:op:ann:${at}`, 600_000))
      await abandon('many:op:bob:4')
      const keys = async (...args: string[]) => {
        const { code, out } = await run('ls', '--json', ...args)
        expect(code).toBe(0)
        return out
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => (JSON.parse(line) as { key: string }).key)
          .sort()
      }
      expect(await keys('--namespace', 'many', '--state', 'abandoned')).toEqual(['many:op:bob:4'])
      expect(await keys('many:op:ann:', '--all')).toEqual(['many:op:ann:1', 'many:op:ann:2', 'many:op:ann:3'])
      expect(await keys('--namespace', '*', '--contains', 'ann:2')).toEqual(['many:op:ann:2'])
      expect(await keys('many:', '--limit', '2')).toHaveLength(2)
      expect(await keys('none:')).toEqual([])
    })

    it('shows everything that is kept of a key', async () => {
      await idem.run(
        ['a', 'b:c'],
        async (ctx) => {
          await ctx.step('reserve', () => new Set([7]))
          return { at: new Date(0), big: 12n, to: 'ann\u202eb' }
        },
        { scope: 'ann', name: 'pay', fingerprint: 'payload' },
      )
      const key = 'idem:pay:ann:a,b%3Ac'
      const { code, out } = await run('show', key)
      expect(code).toBe(0)
      for (const text of [
        key,
        'pay',
        '["a","b:c"]',
        'succeeded',
        'Set(1) { 7 }',
        '1970-01-01T00:00:00.000Z',
        '12n',
        'ann\\u202eb',
      ]) {
        expect(out).toContain(text)
      }
      const record = await store.get(key)
      for (const text of [record?.owner, record?.fence, record?.fingerprint])
        expect(out).toContain(String(text))
      expect(out).toContain('nothing runs again')

      const json = JSON.parse((await run('show', key, '--json')).out)
      expect(json).toMatchObject({ key, state: 'succeeded', value: { big: { $: 'bigint', v: '12' } } })
      expect(json.steps).toEqual([{ name: 'reserve', value: { $: 'Set', v: [7] } }])
      expect((await run('show', key, '--value', '--raw')).out).toBe(`${record?.value}\n`)
    })

    it('shows why an attempt failed, without letting it near the terminal', async () => {
      const fails = idem.run('fails', () => {
        throw Object.assign(new Error('no\u001b[2J money'), {
          code: 'E_PAY',
          details: { left: 3, to: 'ann\u202eb' },
        })
      })
      await expect(fails).rejects.toThrow()
      const { out } = await run('show', 'idem:::fails')
      expect(out).toContain('Error: no\\x1b[2J money')
      expect(out).toContain('code E_PAY')
      expect(out).toContain("{ left: 3, to: 'ann\\u202eb' }")
      expect(out).toContain('the next call runs attempt 2')
    })

    it('gives a stuck key its answer, which an Idem then replays', async () => {
      await abandon('idem:::stuck')
      await expect(idem.run('stuck', refuses)).rejects.toThrow(AbandonedError)
      const { code, out } = await run(
        'resolve',
        'idem:::stuck',
        '--value',
        '{"paid": {"$":"bigint","v":"7"}}',
      )
      expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('resolved idem:::stuck') })
      expect(await idem.execute('stuck', refuses)).toMatchObject({ value: { paid: 7n }, replayed: true })
    })

    it('keeps an answer as long as it is told, and can do without a value', async () => {
      await abandon('idem:::valueless')
      const { out } = await run(
        'resolve',
        'idem:::valueless',
        '--without-value',
        '--retention',
        '7d',
        '--json',
      )
      const left = Date.parse((JSON.parse(out) as { expiresAt: string }).expiresAt) - Date.now()
      expect(Math.abs(left - 7 * 86_400_000)).toBeLessThan(600_000)
      await expect(idem.run('valueless', refuses)).rejects.toMatchObject({ code: 'RESULT_UNAVAILABLE' })
    })

    it('gives no plain answer to an application that encrypts, unless it reads both', async () => {
      const key = new Uint8Array(32).fill(7)
      const sealed = (acceptPlain: boolean) =>
        new Idem({
          store,
          namespace: 'sealed',
          codec: encryptedCodec({ keys: [{ id: 'k1', key }], acceptPlain }),
          onAbandoned: 'reject',
        })
      await sealed(false).run('neighbour', () => 'secret')
      await abandon('sealed:::stuck')
      const answer = ['sealed:::stuck', '--value', '{"receipt":"r-17"}']
      expect(await run('resolve', ...answer)).toMatchObject({
        code: 1,
        err: expect.stringContaining('Nothing was changed'),
      })
      await expect(sealed(false).run('stuck', refuses)).rejects.toThrow(AbandonedError)
      expect(await run('resolve', ...answer, '--plain')).toMatchObject({ code: 0 })
      expect(await sealed(true).run('stuck', refuses)).toEqual({ receipt: 'r-17' })
      await abandon('sealed:::unknown')
      expect(await run('resolve', 'sealed:::unknown', '--without-value')).toMatchObject({ code: 0 })
    })

    it('refuses to resolve what is alive, and says until when its lease lasts', async () => {
      await store.claim(claimOf('idem:::alive', 600_000))
      const before = await store.get('idem:::alive')
      const { code, err } = await run('resolve', 'idem:::alive', '--value', '1')
      expect(code).toBe(1)
      expect(err).toContain(new Date(before?.leaseUntil as number).toISOString())
      expect(err).toContain('Nothing was changed')
      expect({ ...(await store.get('idem:::alive')), leaseMs: 0 }).toEqual({ ...before, leaseMs: 0 })
    })

    it('refuses to resolve what has an answer', async () => {
      await idem.run('answered', () => 'first')
      expect(await run('resolve', 'idem:::answered', '--value', '"second"')).toMatchObject({ code: 1 })
      expect(await idem.run('answered', refuses)).toBe('first')
    })

    it('forgets, so that the work is done again', async () => {
      await idem.run('forgotten', () => 1)
      const { code, out } = await run('forget', 'idem:::forgotten', '--yes')
      expect({ code, out }).toEqual({ code: 0, out: 'forgot idem:::forgotten (succeeded, attempt 1)\n' })
      expect(await idem.run('forgotten', () => 2)).toBe(2)
    })

    it('forgets nothing where nobody can be asked, unless told --yes', async () => {
      await idem.run('asked', () => 1)
      expect(await run('forget', 'idem:::asked')).toMatchObject({
        code: 2,
        err: expect.stringContaining('--yes'),
      })
      expect(await store.get('idem:::asked')).toBeDefined()
    })

    it('forgets what runs only by force', async () => {
      await store.claim(claimOf('idem:::runs', 600_000))
      expect(await run('forget', 'idem:::runs', '--yes')).toMatchObject({
        code: 1,
        err: expect.stringContaining('would do the same work beside it'),
      })
      expect(await store.get('idem:::runs')).toBeDefined()
      expect(await run('forget', 'idem:::runs', '--yes', '--force')).toMatchObject({ code: 0 })
      expect(await store.get('idem:::runs')).toBeUndefined()
    })

    it('forgets a tombstone', async () => {
      const brief = { retention: 1, tombstone: '1h' } as const
      await idem.run('buried', () => 1, brief)
      await until(async () => (await store.get('idem:::buried')) === undefined)
      await expect(idem.run('buried', refuses, brief)).rejects.toMatchObject({ code: 'EXPIRED_KEY' })
      expect(await run('forget', 'idem:::buried', '--yes')).toMatchObject({ code: 0 })
      expect(await idem.run('buried', () => 2)).toBe(2)
    })

    it.each([
      ['show', 'idem:::nowhere'],
      ['resolve', 'idem:::nowhere', '--value', '1'],
      ['forget', 'idem:::nowhere', '--yes'],
    ])('%s ends with 3 where there is no such record', async (command, ...args) => {
      expect(await run(command, ...args)).toMatchObject({
        code: 3,
        out: '',
        err: expect.stringContaining('no record'),
      })
    })
  })
}
