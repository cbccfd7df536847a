import { expect, test } from 'vitest'
import { loadMutant } from './mutant'

const LIMIT = {
  entry: 'packages/core/src/options/key.ts',
  file: 'packages/core/src/options/key.ts',
  find: 'const MAX_LENGTH = 255',
} as const

interface KeyModule {
  encodeKey(what: string, key: string): string
}

test('loads a module with one of its texts replaced, and as it is beside it', async () => {
  const mutant = await loadMutant<KeyModule>({ ...LIMIT, replace: 'const MAX_LENGTH = 3' })
  const original = await loadMutant<KeyModule>({ ...LIMIT, replace: LIMIT.find })
  expect(() => mutant.encodeKey('key', 'four!')).toThrow('1 to 3 characters')
  expect(original.encodeKey('key', 'four!')).toBe('four!')
})

test('refuses a text that is not there, or there more than once', async () => {
  await expect(loadMutant({ ...LIMIT, find: 'no such text', replace: '' })).rejects.toThrow(
    '0 times, not once',
  )
  await expect(loadMutant({ ...LIMIT, find: 'MAX_LENGTH', replace: 'X' })).rejects.toThrow(
    '3 times, not once',
  )
})

test('refuses a file that the entry does not lead to', async () => {
  const entry = 'packages/core/src/options/duration.ts'
  await expect(loadMutant({ ...LIMIT, entry, replace: 'const MAX_LENGTH = 3' })).rejects.toThrow(
    'does not lead to',
  )
})
