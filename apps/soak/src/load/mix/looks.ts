import { NAMESPACE } from '../../order'
import { must } from '../faults'
import { type Act, mustBeRefused } from './scene'

/** The key with another payload is refused; with its own it is answered. */
export const mismatch: Act = async (scene, { idem, other }) => {
  const { key } = scene
  scene.mustBeAnswer(await idem.run(key, scene.handler(), { fingerprint: { key } }))
  await mustBeRefused(other.run(key, scene.never, { fingerprint: { other: key } }), 'FINGERPRINT_MISMATCH')
  scene.mustBeAnswer(await other.run(key, scene.never, { fingerprint: { key } }))
  scene.mustHaveRun(1)
}

/** An operator forgets a key: its next call runs again. */
export const forget: Act = async (scene, { idem, other }) => {
  scene.mustBeAnswer(await idem.run(scene.key, scene.handler()))
  must(await other.forget(scene.key), () => 'there was nothing to forget')
  scene.mustBeAnswer(await idem.run(scene.key, scene.handler()))
  scene.mustHaveRun(2)
}

/** An operator looks at a record, and at some pages of them. */
export const list: Act = async (scene, { idem }) => {
  scene.mustBeAnswer(await idem.run(scene.key, scene.handler()))
  const record = await idem.inspect(scene.key)
  must(record?.state === 'succeeded', () => `its record is ${record?.state}`)
  let cursor: string | undefined
  for (let page = 1; page <= 3; page++) {
    const found = await idem.page({ limit: 50, cursor })
    for (const { key } of found.records) must(key.startsWith(`${NAMESPACE}:`), () => 'a strange key')
    cursor = found.cursor
    if (cursor === undefined) return
  }
}
