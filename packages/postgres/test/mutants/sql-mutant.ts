import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One guard taken out of a function or a statement. */
export interface SqlMutant {
  /** What is wrong now. */
  readonly bug: string
  /** The file below src, without `.sql`. */
  readonly file: string
  /** Text that stands in the file exactly once. */
  readonly find: string
  readonly replace: string
}

/** Makes mutants of a file. */
export const mutantsOf =
  (file: string) =>
  (bug: string, find: string, replace: string): SqlMutant => ({ bug, file, find, replace })

export const sourceOf = (file: string): string =>
  readFileSync(join(import.meta.dirname, `../../src/${file}.sql`), 'utf8')

/** The file's text with one of its texts replaced. @throws Error unless that stands there exactly once */
export function mutated({ file, find, replace }: SqlMutant): string {
  const pieces = sourceOf(file).split(find)
  if (pieces.length === 2) return pieces.join(replace)
  throw new Error(`${file}.sql has ${pieces.length - 1} times, not once, the text to replace:\n${find}`)
}
