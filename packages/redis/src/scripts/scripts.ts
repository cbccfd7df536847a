import claim from './claim.lua'
import complete from './complete.lua'
import remove from './delete.lua'
import extend from './extend.lua'
import fail from './fail.lua'
import get from './get.lua'
import release from './release.lua'
import resolve from './resolve.lua'
import saveStep from './save-step.lua'
import { Script } from './script'

/** One script for each call of the contract. */
export const scripts = {
  claim: new Script(claim),
  complete: new Script(complete),
  extend: new Script(extend),
  fail: new Script(fail),
  saveStep: new Script(saveStep),
  resolve: new Script(resolve),
  release: new Script(release),
  delete: new Script(remove),
  get: new Script(get),
}
