import type { KeyHistory } from '../key-history'
import type { Rule } from './rule'

/** All callers of one key that get a value get the same one, whenever and wherever they ask, and somebody made it. */
export const oneAnswer: Rule = {
  name: 'one answer',
  *find(history) {
    const answers = history.all('answered')
    const values = [...new Set(answers.map(({ value }) => value))]
    if (values.length > 1) yield `callers got ${values.length} different values: ${values.join('; ')}`
    for (const value of values) {
      if (!isMade(history, value)) yield `callers got a value that no attempt and no operator gave: ${value}`
    }
    for (const { call, value, attempt } of answers) {
      const maker = history.begun.find(({ ended }) => ended?.value === value)
      if (maker && maker.number !== attempt) {
        yield `call ${call} got the value of attempt ${maker.number} as that of attempt ${attempt}`
      }
    }
    const ends = finalEnds(history)
    if (ends.length > 1) yield `the key has ended in ${ends.length} ways: ${ends.join('; ')}`
  },
}

const isMade = (history: KeyHistory, value: string): boolean =>
  history.begun.some(({ ended }) => ended?.value === value) ||
  history.all('resolving').some((resolving) => resolving.value === value)

/** Values and failures for good that callers saw. */
function finalEnds(history: KeyHistory): string[] {
  const ends = new Set<string>()
  if (history.all('answered').length > 0) ends.add('a value')
  for (const refused of history.all('refused')) {
    if (history.isUnsettled(refused)) continue
    const { error, failure } = refused
    if (failure?.code === 'FOR_GOOD') ends.add(failure.message)
    else if (error.code === 'FOR_GOOD') ends.add(error.message)
  }
  return [...ends]
}
