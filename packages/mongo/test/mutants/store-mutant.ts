/** One condition taken out of what a store sends, or of how it reads what it is answered. */
export interface StoreMutant {
  /** What is wrong now. */
  readonly bug: string
  /** From the root of the repository. */
  readonly file: string
  /** Text that stands in the file exactly once. */
  readonly find: string
  readonly replace: string
}

/** Makes mutants of a file below src. */
export const mutantsOf =
  (file: string) =>
  (bug: string, find: string, replace: string): StoreMutant => ({
    ...{ bug, find, replace },
    file: `packages/mongo/src/${file}.ts`,
  })
