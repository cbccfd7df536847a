import { describe, expect, it } from 'vitest'
import type { AttemptContext } from '../../src/options/options'
import { arrivesAfter, hangs, losesReply, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { type Watched, watched } from '../support/watched'

describe('steps', () => {
  it('run once for all attempts: what they gave is saved, and later attempts get that', async () => {
    const { process } = scene()
    let charges = 0
    const charge = () => ({ charge: ++charges, at: new Date(1) })
    const seen: unknown[] = []
    const order = async ({ step, attempt }: AttemptContext) => {
      seen.push(await step('charge', charge))
      if (attempt < 3) throw new Error('no stock')
      return 'shipped'
    }
    await expect(process().idem.run('a', order)).rejects.toThrow('no stock')
    await expect(process().idem.run('a', order)).rejects.toThrow('no stock')
    expect(await process().idem.run('a', order)).toBe('shipped')
    const charged = { charge: 1, at: new Date(1) }
    expect(seen).toEqual([charged, charged, charged])
    expect(charges).toBe(1)
  })

  it('that still run when the handler fails are saved before the attempt settles', async () => {
    const { time, process } = scene()
    const { idem } = process()
    const charging = gate<string>()
    let charges = 0
    let stock = 0
    const order = ({ step }: AttemptContext) =>
      Promise.all([
        step('charge', () => {
          charges++
          return charging.promise
        }),
        step('reserve', () => {
          if (stock === 0) throw new Error('no stock')
          return 'reserved'
        }),
      ])
    const failed = watched(idem.run('a', order))
    await time.settle()
    expect(failed.state).toBe('pending')
    charging.open('charged')
    await expect(failed.promise).rejects.toThrow('no stock')
    stock = 1
    expect(await idem.run('a', order)).toEqual(['charged', 'reserved'])
    expect(charges).toBe(1)
  })

  it('outlive a crash', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    watched(
      idem.run('a', async ({ step }) => {
        await step('charge', () => 'first')
        return new Promise(() => {})
      }),
    )
    await time.settle()
    store.everything(hangs)
    await time.advance(30_000)
    expect(await process().idem.run('a', ({ step }) => step('charge', () => 'second'))).toBe('first')
  })

  it('are saved by one call each, as they are done', async () => {
    const { process } = scene()
    const { idem, store } = process()
    await idem.run('a', async ({ step }) => {
      await step('charge', () => 1)
      expect(store.calls).toEqual(['claim', 'saveStep'])
      expect((await idem.inspect('a'))?.steps).toEqual(['charge'])
      await step('ship', () => 2)
    })
    expect(store.calls).toEqual(['claim', 'saveStep', 'get', 'saveStep', 'complete'])
  })

  it('give back equal values that share no memory with what ran', async () => {
    const { process } = scene()
    const made = { items: [1n] }
    await process().idem.run('a', async ({ step }) => {
      const given = await step('make', () => made)
      expect(given).toEqual(made)
      expect(given).not.toBe(made)
      expect(given.items).not.toBe(made.items)
    })
  })

  it('may give nothing, and are done all the same', async () => {
    const { process } = scene()
    const { idem } = process()
    let runs = 0
    const order = async ({ step, attempt }: AttemptContext) => {
      expect(await step('notify', () => void runs++)).toBeUndefined()
      if (attempt === 1) throw new Error('no')
    }
    await idem.run('a', order).catch(() => {})
    await idem.run('a', order)
    expect(runs).toBe(1)
  })

  it('that fail are not done: the handler gets the error, and the next attempt runs them again', async () => {
    const { process } = scene()
    const { idem, store } = process()
    const error = new Error('declined')
    const order = ({ step, attempt }: AttemptContext) =>
      step('charge', () => {
        if (attempt === 1) throw error
        return attempt
      })
    await expect(idem.run('a', order)).rejects.toBe(error)
    expect(store.calls).toEqual(['claim', 'fail'])
    expect(await idem.run('a', order)).toBe(2)
  })

  it('may run side by side', async () => {
    const { process } = scene()
    const sum = process().idem.run('a', async ({ step }) => {
      const [one, two] = await Promise.all([step('one', () => 1), step('two', async () => 2)])
      return one + two
    })
    expect(await sum).toBe(3)
  })

  it('have one name each: a name used twice in an attempt is an error, and nothing runs', async () => {
    const { process } = scene()
    const { idem } = process()
    let runs = 0
    const twice = idem.run('a', async ({ step }) => {
      await step('charge', () => ++runs)
      return step('charge', () => ++runs)
    })
    await expect(twice).rejects.toBeInstanceOf(TypeError)
    expect(runs).toBe(1)
    const sideBySide = idem.run('b', ({ step }) =>
      Promise.all([step('charge', () => ++runs), step('charge', () => ++runs)]),
    )
    await expect(sideBySide).rejects.toThrow(/charge/)
    expect(runs).toBe(2)
  })

  it('are checked for their names also where they were saved before', async () => {
    const { process } = scene()
    const { idem } = process()
    await idem
      .run('a', ({ step }) => step('charge', () => 1).then(() => Promise.reject(new Error('no'))))
      .catch(() => {})
    const twice = idem.run('a', async ({ step }) => {
      await step('charge', () => 2)
      return step('charge', () => 3)
    })
    await expect(twice).rejects.toBeInstanceOf(TypeError)
  })

  it.each([[''], ['a\u0000b'], ['\ud800'], ['x'.repeat(256)]])('cannot be named %j', async (name) => {
    const { process } = scene()
    let ran = false
    const run = process().idem.run('a', ({ step }) =>
      step(name, () => {
        ran = true
      }),
    )
    await expect(run).rejects.toMatchObject({
      code: 'INVALID_KEY',
      message: expect.stringContaining('step'),
    })
    expect(ran).toBe(false)
  })

  it('work when taken off the context', async () => {
    const { process } = scene()
    expect(await process().idem.run('a', async ({ step }) => step('charge', () => 1))).toBe(1)
  })

  it('are saved although the first reply was lost, without running again', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.coming('saveStep', rejects, losesReply)
    let runs = 0
    expect(await time.outlast(idem.run('a', ({ step }) => step('charge', () => ++runs)))).toBe(1)
    expect(store.count('saveStep')).toBe(3)
    expect(runs).toBe(1)
  })

  it('that cannot be saved are an UnsettledError with their value, and the work is not said to be done', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.always('saveStep', rejects)
    const steps: unknown[] = []
    const order = async ({ step }: AttemptContext) => {
      const charge = await step('charge', () => 'charge-1').catch((error: unknown) => {
        steps.push(error)
        throw error
      })
      steps.push('shipped')
      return { charge, shipped: true }
    }
    const calls = [watched(idem.run('a', order)), watched(idem.run('a', order))]
    await time.advance(1_000)
    const unsettled = { code: 'UNSETTLED', value: 'charge-1', cause: { code: 'STORE' } }
    expect(steps).toMatchObject([unsettled])
    for (const { error } of calls)
      expect(error).toMatchObject({ code: 'ABANDONED', attempt: 1, cause: unsettled })
    expect(store.count('saveStep')).toBe(3)
  })

  it('that cannot be saved leave the attempt abandoned if it fails, whatever isRetryable says', async () => {
    const { time, process } = scene()
    const { idem, store } = process({ onAbandoned: 'reject' })
    store.always('saveStep', rejects)
    const order = async ({ step }: AttemptContext) => {
      await step('charge', () => 'charge-1').catch(() => {})
      throw new Error('no stock')
    }
    for (const isRetryable of [() => true, () => false]) {
      await idem.forget('a')
      await expect(time.outlast(idem.run('a', order, { isRetryable }))).rejects.toThrow('no stock')
      expect(await idem.inspect('a')).toMatchObject({ state: 'abandoned', failure: { message: 'no stock' } })
      await expect(idem.run('a', order)).rejects.toMatchObject({ code: 'ABANDONED' })
    }
  })

  it('that cannot be saved do not stop a handler that goes on', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.always('saveStep', rejects)
    const order = async ({ step }: AttemptContext) => {
      await step('charge', () => 'charge-1').catch(() => {})
      return 'shipped'
    }
    expect(await time.outlast(idem.run('a', order))).toBe('shipped')
    expect(await idem.inspect('a')).toMatchObject({ state: 'succeeded', value: 'shipped', steps: [] })
  })

  it('hang no longer than the store’s answers may take', async () => {
    const { time, process } = scene()
    const { idem, store } = process()
    store.always('saveStep', hangs)
    const call = watched(idem.run('a', ({ step }) => step('charge', () => 'charge-1')))
    await time.advance(3 * 2_000 + 60)
    expect(call.error).toMatchObject({ code: 'ABANDONED', cause: { code: 'UNSETTLED', value: 'charge-1' } })
  })

  it('belong to their record: forgotten with it', async () => {
    const { process } = scene()
    const { idem } = process()
    const order = async ({ step, attempt, fence }: AttemptContext) => {
      const charged = await step('charge', () => fence)
      if (attempt === 1 && charged === fence) throw new Error('no')
      return charged
    }
    await idem.run('a', order).catch(() => {})
    await idem.forget('a')
    await expect(idem.run('a', order)).rejects.toThrow('no')
  })

  it('that ran give their value when the codec cannot read it back', async () => {
    const { process } = scene()
    const codec = {
      encode: (value: unknown) => JSON.stringify(value),
      decode: (): unknown => {
        throw new RangeError('unreadable')
      },
    }
    const { idem } = process({ codec })
    expect(await idem.run('a', ({ step }) => step('charge', () => 'charged'))).toBe('charged')
  })

  it('that nobody waits for, and that come after the answer, are refused: no lease was lost', async () => {
    const { time, process } = scene()
    const { idem, store, told } = process()
    const saving = gate()
    store.coming('saveStep', arrivesAfter(saving.promise))
    const step: { call?: Watched<number> } = {}
    await idem.run('a', (ctx) => {
      step.call = watched(ctx.step('charge', () => 1))
    })
    saving.open()
    await time.settle()
    expect(step.call?.error).toMatchObject({ code: 'LEASE_LOST' })
    expect(told()).toEqual(['started', 'succeeded'])
  })

  it('begin no more when the handler has ended', async () => {
    const { time, process } = scene()
    const { idem, told } = process()
    let later: AttemptContext | undefined
    let ran = false
    await idem.run('a', (ctx) => {
      later = ctx
    })
    const step = watched(
      later?.step('charge', () => {
        ran = true
      }) as Promise<void>,
    )
    await time.settle()
    expect(step.error).toMatchObject({ code: 'LEASE_LOST' })
    expect(ran).toBe(false)
    expect(told()).toEqual(['started', 'succeeded'])
  })
})
