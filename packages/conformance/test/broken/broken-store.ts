import type { Mutation } from '../mutant'

/** A store with one guard removed, named for what it does wrong. */
export interface BrokenStore extends Pick<Mutation, 'file' | 'find' | 'replace'> {
  readonly name: string
}
