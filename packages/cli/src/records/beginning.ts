import type { Arguments, Options } from '../arguments'
import { misused } from '../failure'

export const NAMESPACE_OPTION: Options = {
  namespace: { value: 'name', help: "of the application's Idem; else idem. '*' for all" },
}

/** How the keys begin that are asked for: as typed, or with a namespace. */
export function beginningOf(typed: Arguments): string {
  const [beginning] = typed.positionals
  const namespace = typed.text('namespace')
  if (beginning === undefined) return namespace === '*' ? '' : `${namespace ?? 'idem'}:`
  if (namespace === undefined) return beginning
  throw misused('give a beginning or --namespace: a stored key begins with its namespace')
}
