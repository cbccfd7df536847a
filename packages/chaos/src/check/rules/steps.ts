import { shown } from '../attempt'
import type { Rule } from './rule'

/** A step that was saved does not run again, and later attempts are given what was saved. */
export const steps: Rule = {
  name: 'a saved step does not run again',
  *find({ begun }) {
    const saved = new Map<string, { readonly value: string; readonly by: string }>()
    for (const attempt of begun) {
      for (const { name } of attempt.stepsRun) {
        const before = saved.get(name)
        if (before) yield `${shown(attempt)} ran ${name} again, which ${before.by} had saved`
      }
      for (const { name, value } of attempt.stepsGiven) {
        const ran = attempt.stepsRun.find((step) => step.name === name)
        const before = saved.get(name)
        if (before && before.value !== value)
          yield `${shown(attempt)} was given "${value}" for ${name}, not "${before.value}"`
        if (!before && ran === undefined && !isOfAnother(begun, name, value)) {
          yield `${shown(attempt)} was given "${value}" for ${name}, which nobody made`
        }
      }
      for (const name of attempt.stepsSaved) {
        const value = attempt.stepsRun.find((step) => step.name === name)?.value
        if (value !== undefined && !saved.has(name)) saved.set(name, { value, by: shown(attempt) })
      }
    }
  },
}

/** A step may be saved without its attempt ever hearing so. */
const isOfAnother = (
  begun: readonly { readonly stepsRun: readonly { name: string; value: string }[] }[],
  name: string,
  value: string,
): boolean =>
  begun.some(({ stepsRun }) => stepsRun.some((step) => step.name === name && step.value === value))
