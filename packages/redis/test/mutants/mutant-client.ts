import type { Redis } from 'ioredis'
import acquireLock from '../../src/scripts/acquire-lock.lua'
import claim from '../../src/scripts/claim.lua'
import clock from '../../src/scripts/clock.lua'
import complete from '../../src/scripts/complete.lua'
import remove from '../../src/scripts/delete.lua'
import extend from '../../src/scripts/extend.lua'
import extendLock from '../../src/scripts/extend-lock.lua'
import fail from '../../src/scripts/fail.lua'
import get from '../../src/scripts/get.lua'
import isLockHeld from '../../src/scripts/is-lock-held.lua'
import lock from '../../src/scripts/lock.lua'
import record from '../../src/scripts/record.lua'
import release from '../../src/scripts/release.lua'
import releaseLock from '../../src/scripts/release-lock.lua'
import resolve from '../../src/scripts/resolve.lua'
import saveStep from '../../src/scripts/save-step.lua'
import type { ScriptRunner } from '../../src/scripts/script'
import { mutated, type ScriptMutant } from './script-mutant'

const SOURCES: Readonly<Record<string, string>> = {
  'acquire-lock': acquireLock,
  claim,
  clock,
  complete,
  delete: remove,
  extend,
  'extend-lock': extendLock,
  fail,
  get,
  'is-lock-held': isLockHeld,
  lock,
  record,
  release,
  'release-lock': releaseLock,
  resolve,
  'save-step': saveStep,
}

/** The client, on which one script has a guard less: every script is sent whole, and that one as it is now. */
export function mutantClient(client: Redis, mutant: ScriptMutant): Redis {
  const source = SOURCES[mutant.script]
  if (source === undefined) throw new Error(`there is no script ${mutant.script}.lua`)
  const weakened = mutated(source, mutant)
  const whole = client as unknown as ScriptRunner
  const sent = {
    evalshaBuffer: () => Promise.reject(new Error('NOSCRIPT: whole, please')),
    evalBuffer: (text: string, ...rest: [number, ...string[]]) =>
      whole.evalBuffer(
        text.replace(source, () => weakened),
        ...rest,
      ),
  }
  return new Proxy(client, {
    get(target, name) {
      if (Object.hasOwn(sent, name)) return sent[name as keyof typeof sent]
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
