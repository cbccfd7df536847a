import { expect, it } from 'vitest'
import { keySource } from '../../src/work/key-source'
import type { Library } from '../../src/work/library'
import { replay } from '../../src/work/replay'

function forgetful(forgets: boolean): Library {
  return {
    name: 'library',
    async open() {
      const answers = new Map<string, unknown>()
      return {
        async call(key, handler) {
          if (!answers.has(key) || forgets) answers.set(key, await handler())
          return answers.get(key)
        },
        close: async () => {},
      }
    },
  }
}

it('calls keys that have their answer', async () => {
  const { operation } = await replay(forgetful(false), keySource()).setup()
  for (let calls = 0; calls < 3000; calls++) await operation()
})

it('fails where a handler runs again', async () => {
  const { operation } = await replay(forgetful(true), keySource()).setup()
  await expect(operation()).rejects.toThrow('ran for a key that has its answer')
})
