import { afterAll, beforeAll, describe, test } from 'vitest'
import type { CaseGroup, Stage } from './conformance-case'

/** Far more than any case takes: it ends what would hang. */
const TIMEOUT_MS = 60_000

/** Makes every case a test. They share one fixture and run beside one another, except those that must be alone. */
export function registerCases<Fixture, Scene>(
  name: string,
  groups: readonly CaseGroup<Scene>[],
  stage: Stage<Fixture, Scene>,
): void {
  describe(name, () => {
    let created: { readonly fixture: Fixture } | undefined
    beforeAll(async () => {
      created = { fixture: await stage.create() }
    }, TIMEOUT_MS)
    afterAll(async () => {
      if (created !== undefined) await stage.dispose?.(created.fixture)
    }, TIMEOUT_MS)

    for (const { about, cases, inapplicable } of groups) {
      describe(about, () => {
        for (const each of cases) {
          const sequential = each.alone === true
          // Said both ways: Vitest 5 knows only the one, and the first Vitest 3 hears only the other where all tests are concurrent.
          const when = { concurrent: !sequential, sequential, timeout: TIMEOUT_MS }
          test(each.name, when, async ({ skip }) => {
            // Set by `beforeAll`: if that fails, no test runs.
            const scene = stage.scene((created as { readonly fixture: Fixture }).fixture)
            const reason = inapplicable?.(scene)
            if (reason !== undefined) skip(reason)
            await each.run(scene)
          })
        }
      })
    }
  })
}
