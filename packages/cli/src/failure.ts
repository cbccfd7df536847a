/** How the command can end. */
export const EXIT = { done: 0, failed: 1, usage: 2, missing: 3 } as const

/** Why a command does not do what it was asked to, in words for who asked, and the code that it ends with. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message)
  }
}

/** It could not be done: refused, or the store did not answer. */
export const failed = (message: string): CommandFailure => new CommandFailure(message, EXIT.failed)

/** It was asked for in words that make no sense. */
export const misused = (message: string): CommandFailure => new CommandFailure(message, EXIT.usage)

/** What can be told of an error. Where it has several in it, as where a name has several addresses, of each. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return [...new Set(error.errors.map(reasonOf))].join('; ')
  }
  return error instanceof Error ? error.message || error.name : String(error)
}
