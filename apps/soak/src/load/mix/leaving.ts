import { setTimeout as sleep } from 'node:timers/promises'
import { OperationFailedError } from '@idem/core'
import { must } from '../faults'
import { type Act, refusalOf } from './scene'

/** Longer than any caller stays. */
const FOR_LONG_MS = 60_000
/** So many calls at most may share the failure of an attempt that was left. */
const MOST_CALLS = 5

/** The only caller leaves a handler that heeds its signal. Whoever comes then gets an answer. */
export const leaveAttempt: Act = async (scene, { idem }) => {
  const leaving = new AbortController()
  const reason = new Error('the client is gone')
  const begun = deferred()
  const call = idem.run(
    scene.key,
    async ({ signal }) => {
      scene.ran()
      begun.resolve()
      await sleep(FOR_LONG_MS, undefined, { signal })
      return scene.answer
    },
    { signal: leaving.signal },
  )
  const refused = refusalOf(call)
  await begun.promise
  leaving.abort(reason)
  const given = await refused
  must(given === reason, () => `who left got ${String(given)}`)
  scene.mustBeAnswer(await untilAnswered(() => idem.run(scene.key, scene.handler())))
  scene.mustHaveRun(2)
}

/** A caller leaves while it waits for another process, whose caller stays. */
export const leaveWait: Act = async (scene, { idem, other }) => {
  const leaving = new AbortController()
  const reason = new Error('the client is gone')
  const begun = deferred()
  const left = deferred()
  const staying = idem.run(scene.key, async (ctx) => {
    begun.resolve()
    await left.promise
    return scene.handler()(ctx)
  })
  await begun.promise
  const refused = refusalOf(other.run(scene.key, scene.never, { signal: leaving.signal }))
  setTimeout(() => leaving.abort(reason), scene.random.whole(1, 50))
  const given = await refused.finally(left.resolve)
  must(given === reason, () => `who left got ${String(given)}`)
  scene.mustBeAnswer(await staying)
  scene.mustHaveRun(1)
}

/** The failure of an attempt that everybody had left may be shared by who came before it had ended. */
async function untilAnswered(call: () => Promise<unknown>): Promise<unknown> {
  for (let left = MOST_CALLS; ; left--) {
    try {
      return await call()
    } catch (error) {
      if (left === 1 || !(error instanceof OperationFailedError)) throw error
    }
  }
}

function deferred() {
  let resolve = () => {}
  const promise = new Promise<void>((resolved) => {
    resolve = resolved
  })
  return { promise, resolve: () => resolve() }
}
