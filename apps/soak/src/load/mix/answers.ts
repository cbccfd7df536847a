import { type Act, Scene } from './scene'

/** A call with a new key. */
export const firstRun: Act = async (scene, { idem, recent, took }) => {
  const startedAt = performance.now()
  const value = await idem.run(scene.key, scene.handler())
  took(performance.now() - startedAt)
  scene.mustBeAnswer(value)
  scene.mustHaveRun(1)
  recent.add(scene.key, scene.bytes)
}

/** Calls with a key that was answered a while ago: in the same process, and twice in another, which then has it cached. */
export const replay: Act = async (scene, cast) => {
  const recent = cast.recent.pick(scene.random)
  if (recent === undefined) return firstRun(scene, cast)
  const earlier = new Scene(recent.key, recent.bytes, scene.random)
  for (const idem of [cast.idem, cast.other, cast.other]) {
    earlier.mustBeAnswer(await idem.run(recent.key, scene.never))
  }
}

/** Four calls at once in one process. */
export const join: Act = async (scene, { idem }) => {
  const calls = Array.from({ length: 4 }, () => idem.run(scene.key, scene.handler(5)))
  for (const value of await Promise.all(calls)) scene.mustBeAnswer(value)
  scene.mustHaveRun(1)
}

/** Three calls in two processes, of which one must wait. */
export const waitElsewhere: Act = async (scene, { idem, other }) => {
  const handler = scene.handler(scene.random.whole(10, 150))
  const calls = [idem, other, other].map((each) => each.run(scene.key, handler))
  for (const value of await Promise.all(calls)) scene.mustBeAnswer(value)
  scene.mustHaveRun(1)
}

/** A handler that takes so long that its lease must be renewed, while another process waits. */
export const longRun: Act = async (scene, { idem, other, leaseMs }) => {
  const handler = scene.handler(leaseMs / 2)
  const calls = [idem, other].map((each) => each.run(scene.key, handler))
  for (const value of await Promise.all(calls)) scene.mustBeAnswer(value)
  scene.mustHaveRun(1)
}
