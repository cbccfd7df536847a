import { Idem, MemoryStore } from '@idem/core'
import { expect, it } from 'vitest'
import { keyParts } from '../../src/records/key-parts'

it.each([
  { namespace: 'idem', name: undefined, scope: undefined, key: ['a'] },
  { namespace: 'a:b', name: 'n,%', scope: ['s'], key: ['100%', 'b:c', 'd,e'] },
  { namespace: 'é', name: 'pay it', scope: ['a', 'b'], key: ['ключ'] },
])('what Idem joins is taken apart: $namespace $name $scope $key', async (parts) => {
  const idem = new Idem({ store: new MemoryStore(), namespace: parts.namespace })
  const { name, scope, key } = parts
  const stored = await idem.run(key, (ctx) => ctx.key, { name, scope })
  expect(keyParts(stored)).toEqual(parts)
})

it.each(['', 'a', 'a:b', 'a:b:c', ':::', 'a:b:c:d:e', 'a:::%zz'])('%j is no key of an Idem', (stored) => {
  expect(keyParts(stored)).toBeUndefined()
})
