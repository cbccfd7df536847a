import { describe, expect, it } from 'vitest'
import { hangs } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

describe('a retention shorter than the lease', () => {
  it('lets no second attempt begin while the first one runs', async () => {
    const { time, process } = scene()
    const [one, other] = [process({ retention: '1s' }), process({ retention: '1s' })]
    const work = gate<string>()
    const running = one.idem.run('a', () => work.promise)
    await time.advance(8_000)
    const duplicate = watched(other.idem.run('a', () => 'a second time'))
    await time.advance(8_000)
    expect(duplicate.state).toBe('pending')
    work.open('once')
    expect(await running).toBe('once')
    expect(await duplicate.promise).toBe('once')
  })

  it('leaves an abandoned attempt to be seen, with the steps that it saved', async () => {
    const { time, process } = scene()
    const [one, other] = [process({ retention: '1s' }), process({ retention: '1s' })]
    const work = gate<string>()
    watched(one.idem.run('a', async (ctx) => [await ctx.step('paid', () => 'paid'), await work.promise]))
    await time.settle()
    one.store.everything(hangs)
    await time.advance(30_500)
    const seen = await other.idem.run('a', async (ctx) => [
      ctx.attempt,
      ctx.takeover,
      await ctx.step('paid', () => 'paid again'),
    ])
    expect(seen).toEqual([2, true, 'paid'])
  })

  it('ends the replays when it says', async () => {
    const { time, process } = scene()
    const { idem } = process({ retention: '1s' })
    await idem.run('a', () => 1)
    await time.advance(999)
    expect(await idem.run('a', () => 2)).toBe(1)
    await time.advance(1)
    expect(await idem.run('a', () => 3)).toBe(3)
  })
})
