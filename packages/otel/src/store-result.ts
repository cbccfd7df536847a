import type { ClaimOutcome, Store } from '@idem/core'

/** The calls of a store that are measured: `transactions` is none, but what transactions run on. */
export const STORE_CALLS: readonly string[] = [
  'claim',
  'extend',
  'complete',
  'fail',
  'release',
  'saveStep',
  'resolve',
  'get',
  'delete',
  'list',
  'watch',
  'diagnose',
] satisfies readonly (keyof Store)[]

/** What a store answered, in a word: what it holds of keys and values is not among them. */
export function storeResult(call: string, answer: unknown): string {
  if (call === 'claim') return (answer as ClaimOutcome).type
  if (call === 'get') return answer === undefined ? 'missing' : 'found'
  if (typeof answer !== 'boolean') return 'done'
  if (call === 'delete') return answer ? 'done' : 'missing'
  return answer ? 'done' : 'refused'
}
