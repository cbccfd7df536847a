/** One guard taken out of a script. */
export interface ScriptMutant {
  /** What is wrong now. */
  readonly bug: string
  /** The file below src/scripts, without `.lua`. */
  readonly script: string
  /** Text that stands in the script exactly once. */
  readonly find: string
  readonly replace: string
}

/** The script's text with one of its texts replaced. @throws Error unless that stands there exactly once */
export function mutated(source: string, { script, find, replace }: ScriptMutant): string {
  const pieces = source.split(find)
  if (pieces.length === 2) return pieces.join(replace)
  throw new Error(`${script}.lua has ${pieces.length - 1} times, not once, the text to replace:\n${find}`)
}
