import { OperationFailedError } from '@idem/core'
import { must } from '../faults'
import { type Act, later, mustBeRefused, refusalOf } from './scene'

class Declined extends Error {
  override readonly name = 'Declined'
}

/** An attempt fails, with two callers; the next call runs again. */
export const retryableFailure: Act = async (scene, { idem, other }) => {
  const error = new Declined('try again')
  const failing = async () => {
    scene.ran()
    await later(2)
    throw error
  }
  const [own, shared] = await Promise.all([
    refusalOf(idem.run(scene.key, failing)),
    refusalOf(idem.run(scene.key, failing)),
  ])
  must(own === error, () => `the first caller got ${String(own)}`)
  must(isFailure(shared, error), () => `the second caller got ${String(shared)}`)
  scene.mustHaveRun(1)
  scene.mustBeAnswer(await other.run(scene.key, scene.handler()))
  scene.mustHaveRun(2)
}

/** An attempt fails for good: everybody gets that failure from then on. */
export const finalFailure: Act = async (scene, { idem, other }) => {
  const error = new Declined('never')
  const failing = async () => {
    scene.ran()
    throw error
  }
  const own = await refusalOf(idem.run(scene.key, failing, { isRetryable: () => false }))
  must(own === error, () => `the caller got ${String(own)}`)
  for (const each of [other, idem]) {
    const replayed = await refusalOf(each.run(scene.key, scene.never))
    must(isFailure(replayed, error), () => `a later caller got ${String(replayed)}`)
  }
  scene.mustHaveRun(1)
}

/** A process dies when its handler has run. When its lease is over, another takes over. */
export const takeover: Act = async (scene, { idem, forgetful }) => {
  await mustBeRefused(forgetful.run(scene.key, scene.handler()), 'UNSETTLED')
  const { value, attempt } = await idem.execute(scene.key, (ctx) => {
    must(ctx.takeover, () => 'it was not told that it takes over')
    return scene.handler()(ctx)
  })
  scene.mustBeAnswer(value)
  must(attempt === 2, () => `it was attempt ${attempt}`)
  scene.mustHaveRun(2)
}

/** The steps that an attempt has done before it fails are not done again. */
export const steps: Act = async (scene, { idem, other }) => {
  const error = new Declined('half way')
  let done = 0
  const attempt = (fails: boolean) => async (ctx: Parameters<Parameters<typeof idem.run>[1]>[0]) => {
    scene.ran()
    const first = await ctx.step('first', () => ++done)
    if (fails) throw error
    const second = await ctx.step('second', () => ++done)
    must(first === 1 && second === 2, () => `the steps gave ${first} and ${second}`)
    return scene.answer
  }
  const own = await refusalOf(idem.run(scene.key, attempt(true)))
  must(own === error, () => `the caller got ${String(own)}`)
  scene.mustBeAnswer(await other.run(scene.key, attempt(false)))
  scene.mustHaveRun(2)
}

function isFailure(given: unknown, { name, message }: Error): boolean {
  return (
    given instanceof OperationFailedError && given.failure.name === name && given.failure.message === message
  )
}
