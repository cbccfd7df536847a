import type { ToldError } from '../history/event'

/** An error in a line of the history. */
export function tellError(error: unknown): ToldError {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) }
  const { name, message } = error
  const code: unknown = (error as { code?: unknown }).code
  return { name, message, ...(typeof code === 'string' && { code }) }
}
