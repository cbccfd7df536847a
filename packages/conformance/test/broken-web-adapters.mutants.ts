import type { idempotent } from '@idem/core/http'
import { afterAll, describe, expect, test } from 'vitest'
import { type CaseFailure, webAdapterFailures } from '../src/index'
import { type BrokenWebAdapter, brokenWebAdapters } from './broken/web'
import { loadMutant } from './mutant'
import { idempotentAdapter } from './web/idempotent-adapter'

interface HttpModule {
  readonly idempotent: typeof idempotent
}

async function failuresOf(broken: BrokenWebAdapter): Promise<AsyncGenerator<CaseFailure, void, undefined>> {
  const mutant = await loadMutant<HttpModule>({ ...broken, entry: 'packages/core/src/http/index.ts' })
  return webAdapterFailures(idempotentAdapter(mutant.idempotent), broken.about)
}

describe('the suite of a web adapter', { timeout: 120_000 }, () => {
  const caught: string[] = []
  afterAll(() => {
    const all = brokenWebAdapters.length
    console.log([`${caught.length} of ${all} broken web adapters are caught:`, ...caught].join('\n  '))
  })

  test.for(brokenWebAdapters)('catches one that $name', async (broken) => {
    for await (const { name } of await failuresOf(broken)) {
      caught.push(`${broken.name} ← ${broken.about}: ${name}`)
      return
    }
    expect.fail('no case failed')
  })
})
