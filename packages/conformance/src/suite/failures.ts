import type { CaseFailure, CaseGroup, Stage } from './conformance-case'

/** Runs every case that applies, one after another, and yields those that failed. */
export async function* failures<Fixture, Scene>(
  groups: readonly CaseGroup<Scene>[],
  stage: Stage<Fixture, Scene>,
): AsyncGenerator<CaseFailure, void, undefined> {
  const fixture = await stage.create()
  try {
    for (const { about, cases, inapplicable } of groups) {
      for (const each of cases) {
        const scene = stage.scene(fixture)
        if (inapplicable?.(scene) !== undefined) continue
        const failure = await failureOf(() => each.run(scene))
        if (failure !== undefined) yield { about, name: each.name, error: failure.error }
      }
    }
  } finally {
    await stage.dispose?.(fixture)
  }
}

async function failureOf(run: () => Promise<void>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    return { error }
  }
}
