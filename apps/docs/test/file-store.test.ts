import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStore } from '@idem/conformance'
import { composeStore, MemoryLockStore } from '@idem/core'
import { expect, it } from 'vitest'
import { REPOSITORY } from '../src/pages'
import { FileRepository } from './store/file-store'

describeStore('the store of docs/writing-a-store.md', {
  create: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'idem-file-store-'))
    const store = composeStore({ repository: new FileRepository(folder), lock: new MemoryLockStore() })
    return { folder, store }
  },
  dispose: ({ folder }) => rm(folder, { recursive: true }),
  without: { ownClock: 'the lock store is in this process, and has no other clock' },
  property: { runs: 20 },
})

it('is the one that is tested here', () => {
  const source = readFileSync(join(import.meta.dirname, 'store/file-store.ts'), 'utf8')
  expect(readFileSync(join(REPOSITORY, 'docs/writing-a-store.md'), 'utf8')).toContain(
    `\`\`\`ts\n${source}\`\`\``,
  )
})
