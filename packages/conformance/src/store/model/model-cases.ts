import fc from 'fast-check'
import type { CaseGroup } from '../../suite/conformance-case'
import type { StoreScene } from '../store-scene'
import type { Operation } from './operation'
import { operations } from './operations'
import { movedTime, waitedTime } from './timescale'
import { Trial } from './trial'

/** Random sequences of calls, answered by the store as by the model. */
export const modelCases: CaseGroup<StoreScene> = {
  about: 'model',
  cases: [
    {
      name: 'answers any sequence of calls as the contract says',
      alone: true,
      async run(scene) {
        const timescale = scene.time.movable ? movedTime : waitedTime
        const { seed, runs } = scene.terms.property ?? {}
        const numRuns = runs ?? (scene.time.movable ? 500 : 10)
        const trial = () => new Trial(scene.at(`conformance:${scene.token()}`), timescale)
        const sequences = operations(timescale, scene.time.movable ? 30 : 15)
        const property = fc.asyncProperty(sequences, (sequence) => trial().run(sequence))
        const result = await fc.check(property, { numRuns, ...(seed !== undefined && { seed }) })
        if (!result.failed) return
        throw new Error(await report(trial(), result))
      },
    },
  ],
}

/** The shortest sequence that was found, run once more and told call by call. */
async function report(
  trial: Trial,
  { seed, numRuns, counterexample, errorInstance }: fc.RunDetails<[Operation[]]>,
): Promise<string> {
  const again = await trial.run(counterexample?.[0] ?? []).then(
    () => 'It passed when it was run again: the store is not deterministic, or time was short.',
    (error: unknown) => `${error}`,
  )
  const first = `${errorInstance}`
  return [
    `The store and the model part ways (seed ${seed}, found in run ${numRuns}):`,
    ...trial.history.map((line, index) => `  ${index + 1}. ${line}`),
    again,
    ...(again === first ? [] : [`It had failed with: ${first}`]),
  ].join('\n')
}
