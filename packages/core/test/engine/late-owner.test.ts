import { describe, expect, it } from 'vitest'
import { LeaseLostError, OperationFailedError } from '../../src/errors'
import type { AttemptContext, RunOptions } from '../../src/options/options'
import { answersAfter, rejects } from '../support/faulty-store'
import { gate } from '../support/gate'
import { scene } from '../support/scene'
import { watched } from '../support/watched'

type Handler = (ctx: AttemptContext) => unknown

/**
 * An owner whose heartbeat failed, so that another process may take over while its handler still runs. Its connection
 * is whole again.
 */
async function lateOwner(options: RunOptions = {}) {
  const { time, process } = scene()
  const owner = process()
  const answer = gate<unknown>()
  const seen: { ctx?: AttemptContext } = {}
  owner.store.always('extend', rejects)
  const late = watched(
    owner.idem.execute(
      'a',
      (ctx) => {
        seen.ctx = ctx
        return answer.promise
      },
      options,
    ),
  )
  await time.advance(30_000)
  owner.store.everything((send) => send())
  const winner = process()
  const wins = (handler: Handler) => watched(winner.idem.run('a', handler))
  return { time, process, owner, winner, wins, late, answer, ctx: seen.ctx as AttemptContext }
}

describe('a late owner', () => {
  it('gets the winner’s answer, and its own value is never published', async () => {
    const { time, process, wins, late, answer } = await lateOwner()
    await wins(() => 'winner').promise
    answer.open('late')
    await time.settle()
    expect(late.value).toEqual({ value: 'winner', replayed: true, attempt: 2 })
    expect(await process().idem.run('a', () => 'third')).toBe('winner')
  })

  it('gets the winner’s answer even when its own handler failed', async () => {
    const { time, process, wins, late, answer } = await lateOwner()
    await wins(() => 'winner').promise
    answer.fail(new Error('late'))
    await time.settle()
    expect(late.value).toMatchObject({ value: 'winner' })
    expect(await process().idem.inspect('a')).toMatchObject({ state: 'succeeded', value: 'winner' })
  })

  it('gets the winner’s failure', async () => {
    const { time, wins, late, answer } = await lateOwner()
    await wins(() => Promise.reject(new Error('declined'))).promise.catch(() => {})
    answer.open('late')
    await time.settle()
    expect(late.error).toEqual(new OperationFailedError({ name: 'Error', message: 'declined' }, 2))
  })

  it('never publishes, also if a late copy of its claim has given its record back to it for a later attempt', async () => {
    const { time, owner, wins, late, answer } = await lateOwner({ waitTimeout: '1s' })
    const held = await owner.store.get('idem:::a')
    await wins(() => Promise.reject(new Error('declined'))).promise.catch(() => {})
    const copy = {
      ...{ key: 'idem:::a', owner: held?.owner ?? '', leaseMs: 30_000, keepMs: 60_000 },
      ...{ maxAttempts: Number.POSITIVE_INFINITY, onAbandoned: 'takeover' as const },
    }
    expect(await owner.store.claim(copy)).toMatchObject({ type: 'acquired', attempt: 3 })
    answer.open('late')
    await time.advance(5_000)
    expect(late.error).toMatchObject({ code: 'IN_PROGRESS' })
    expect(await owner.store.get('idem:::a')).toMatchObject({ state: 'running', attempt: 3 })
    await time.advance(60_000)
    expect(await time.outlast(wins(() => 'winner').promise)).toBe('winner')
  })

  it('waits for the winner, and shares its answer, without ever claiming again', async () => {
    const { time, owner, wins, late, answer } = await lateOwner()
    const winning = gate<string>()
    wins(() => winning.promise)
    await time.settle()
    answer.open('late')
    await time.advance(20_000)
    expect(late.state).toBe('pending')
    winning.open('winner')
    await time.settle()
    expect(late.value).toEqual({ value: 'winner', replayed: true, attempt: 2 })
    expect(owner.store.count('claim')).toBe(1)
    expect(time.timers).toBe(0)
  })

  it('waits for the winner as long as waitTimeout says, counted from when it begins to wait', async () => {
    const { time, wins, late, answer } = await lateOwner()
    wins(() => new Promise(() => {}))
    await time.settle()
    answer.open('late')
    await time.advance(29_999)
    expect(late.state).toBe('pending')
    await time.advance(1)
    expect(late.error).toMatchObject({ code: 'IN_PROGRESS' })
  })

  it('does not wait for the winner where callers do not wait', async () => {
    const { time, wins, late, answer } = await lateOwner({ onInProgress: 'reject' })
    wins(() => new Promise(() => {}))
    await time.advance(4_000)
    answer.open('late')
    await time.settle()
    expect(late.error).toMatchObject({ code: 'IN_PROGRESS', retryAfterMs: 26_000 })
  })

  it('gets LeaseLostError when the winner is abandoned too', async () => {
    const { time, winner, wins, late, answer } = await lateOwner({ waitTimeout: '5m' })
    wins(() => new Promise(() => {}))
    await time.settle()
    winner.store.everything(() => new Promise(() => {}))
    answer.open('late')
    await time.advance(29_999)
    expect(late.state).toBe('pending')
    await time.advance(1)
    expect(late.error).toBeInstanceOf(LeaseLostError)
    expect(late.error).toMatchObject({ code: 'LEASE_LOST' })
  })

  it('gets LeaseLostError when the record was forgotten', async () => {
    const { time, process, owner, late, answer } = await lateOwner()
    await process().idem.forget('a')
    answer.open('late')
    await time.settle()
    expect(late.error).toBeInstanceOf(LeaseLostError)
    expect((late.error as Error).message).toContain('nobody else has an answer')
    expect(owner.store.count('claim')).toBe(1)
    expect(await process().idem.inspect('a')).toBeUndefined()
  })

  it('gets LeaseLostError, not the answer to another payload, when the key went to one', async () => {
    const { time, process, late, answer } = await lateOwner({ fingerprint: 'mine' })
    await process().idem.forget('a')
    await process().idem.run('a', () => 'theirs', { fingerprint: 'theirs' })
    answer.open('late')
    await time.settle()
    expect(late.error).toBeInstanceOf(LeaseLostError)
  })

  it('gives its local duplicates what it gets itself', async () => {
    const { time, owner, wins, late, answer } = await lateOwner()
    const joined = watched(owner.idem.run('a', () => 'no'))
    await wins(() => 'winner').promise
    answer.open('late')
    await time.settle()
    expect([late.value, joined.value]).toEqual([{ value: 'winner', replayed: true, attempt: 2 }, 'winner'])
  })

  it('gets the operator’s answer when its record was resolved', async () => {
    const { time, process, late, answer } = await lateOwner()
    await process().idem.resolve('a', 'by hand')
    answer.open('late')
    await time.settle()
    expect(late.value).toMatchObject({ value: 'by hand', replayed: true })
  })

  it('still settles when nobody took over: a lapsed lease alone takes nothing away', async () => {
    const { time, process, late, answer } = await lateOwner()
    await time.advance(120_000)
    answer.open('late')
    await time.settle()
    expect(late.value).toEqual({ value: 'late', replayed: false, attempt: 1 })
    expect(await process().idem.run('a', () => 'no')).toBe('late')
  })

  it('is told by its signal, at the next heartbeat, that somebody took over', async () => {
    const { time, process } = scene()
    const owner = process()
    let signal: AbortSignal | undefined
    const late = watched(
      owner.idem.run('a', (ctx) => {
        signal = ctx.signal
        return new Promise(() => {})
      }),
    )
    await time.advance(1)
    await process().idem.forget('a')
    await time.advance(9_998)
    expect(signal?.aborted).toBe(false)
    await time.advance(1)
    expect(signal?.aborted).toBe(true)
    expect(signal?.reason).toBeInstanceOf(LeaseLostError)
    expect(owner.events.at(-1)).toMatchObject({ type: 'lease-lost', attempt: 1, reason: 'taken' })
    expect(late.state).toBe('pending')
    await time.advance(3_600_000)
    expect(owner.store.count('extend')).toBe(1)
  })

  it('sends no completion once it knows that its lease is lost', async () => {
    const { time, process } = scene()
    const owner = process()
    const answer = gate<string>()
    const late = watched(owner.idem.run('a', () => answer.promise))
    await time.settle()
    await process().idem.forget('a')
    await time.advance(10_000)
    answer.open('late')
    await time.settle()
    expect(late.error).toBeInstanceOf(LeaseLostError)
    expect(owner.store.calls).toEqual(['claim', 'extend', 'get'])
  })

  it('reports no failure once it knows that its lease is lost', async () => {
    const { time, process } = scene()
    const owner = process()
    const answer = gate<string>()
    const late = watched(owner.idem.run('a', () => answer.promise))
    await time.settle()
    await process().idem.forget('a')
    await time.advance(10_000)
    answer.fail(new Error('late'))
    await time.settle()
    expect(late.error).toBeInstanceOf(LeaseLostError)
    expect(owner.store.calls).toEqual(['claim', 'extend', 'get'])
  })

  it('begins no further step once it knows that its lease is lost', async () => {
    const { time, ctx, wins } = await lateOwner()
    await wins(() => 'winner').promise
    await time.advance(10_000)
    let ran = false
    const step = ctx.step('charge', () => {
      ran = true
    })
    await expect(step).rejects.toBeInstanceOf(LeaseLostError)
    expect(ran).toBe(false)
  })

  it('cannot save a step: it is told by the step, and by its signal', async () => {
    const { time, process } = scene()
    const owner = process()
    const charging = gate<string>()
    let signal: AbortSignal | undefined
    const late = watched(
      owner.idem.run('a', (ctx) => {
        signal = ctx.signal
        return ctx.step('charge', () => charging.promise)
      }),
    )
    await time.settle()
    await process().idem.forget('a')
    charging.open('charged')
    await time.settle()
    expect(signal?.reason).toBeInstanceOf(LeaseLostError)
    expect(late.error).toBeInstanceOf(LeaseLostError)
    expect(await process().idem.inspect('a')).toBeUndefined()
  })

  it('gets the winner’s answer although a step told it that the lease is lost, and it went on', async () => {
    const { time, process } = scene()
    const owner = process()
    const charging = gate<string>()
    const late = watched(
      owner.idem.run('a', async (ctx) => {
        await ctx.step('charge', () => charging.promise).catch(() => {})
        return 'late'
      }),
    )
    await time.settle()
    await process().idem.forget('a')
    await process().idem.run('a', () => 'winner')
    charging.open('charged')
    await time.settle()
    expect(late.value).toBe('winner')
    expect(owner.store.count('complete')).toBe(0)
  })

  it('whose callers had all left is refused its steps all the same', async () => {
    const { time, process } = scene()
    const owner = process()
    const charging = gate<string>()
    const controller = new AbortController()
    let ctx: AttemptContext | undefined
    let charged: ReturnType<typeof watched> | undefined
    const left = watched(
      owner.idem.run(
        'a',
        (context) => {
          ctx = context
          charged = watched(context.step('charge', () => charging.promise))
          return new Promise(() => {})
        },
        { signal: controller.signal },
      ),
    )
    await time.settle()
    controller.abort()
    await process().idem.forget('a')
    charging.open('charged')
    await time.settle()
    expect(left.state).toBe('rejected')
    expect(charged?.error).toBeInstanceOf(LeaseLostError)
    let ran = false
    const next = ctx?.step('ship', () => {
      ran = true
    })
    await expect(next).rejects.toBeInstanceOf(LeaseLostError)
    expect(ran).toBe(false)
  })

  it('is not misled by a heartbeat that arrives after its completion', async () => {
    const { time, process } = scene()
    const owner = process()
    const settling = gate()
    const answer = gate<string>()
    owner.store.coming('complete', answersAfter(settling.promise))
    const call = watched(owner.idem.run('a', () => answer.promise))
    await time.advance(9_000)
    answer.open('done')
    await time.advance(1_500)
    expect(owner.store.calls).toEqual(['claim', 'complete', 'extend'])
    settling.open()
    await time.settle()
    expect(call.value).toBe('done')
    expect(owner.told()).toEqual(['started', 'succeeded'])
  })

  it('is not misled by a heartbeat that arrives after its failure', async () => {
    const { time, process } = scene()
    const owner = process()
    const settling = gate()
    const answer = gate<string>()
    owner.store.coming('fail', answersAfter(settling.promise))
    const call = watched(owner.idem.run('a', () => answer.promise))
    await time.advance(9_000)
    const error = new Error('declined')
    answer.fail(error)
    await time.advance(1_500)
    expect(owner.store.calls).toEqual(['claim', 'fail', 'extend'])
    settling.open()
    await time.settle()
    expect(call.error).toBe(error)
    expect(owner.told()).toEqual(['started', 'failed'])
  })

  it('gets LeaseLostError when it cannot look for the winner’s answer, and never runs unprotected', async () => {
    const { time, owner, wins, late, answer } = await lateOwner({ onStoreDown: 'run' })
    await wins(() => 'winner').promise
    owner.store.always('get', rejects)
    answer.open('late')
    await time.advance(1_000)
    expect(late.error).toMatchObject({ code: 'LEASE_LOST', cause: { code: 'STORE' } })
    expect((late.error as Error).message).toContain('no other answer can be had')
    expect(owner.store.count('get')).toBe(3)
  })
})
