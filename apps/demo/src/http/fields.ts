import type { Context } from 'hono'
import { isLosslessNumber } from 'lossless-json'
import { BadRequestError, type Problem } from './bad-request-error'

/** Reads the fields of a request one by one and remembers what is wrong with each, so that all of it can be told. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #problems: Problem[] = []

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  /**
   * The fields of a JSON object.
   *
   * @throws BadRequestError if it is something else
   */
  static of(body: unknown): Fields {
    if (isObject(body)) return new Fields(body)
    throw new BadRequestError([{ field: 'body', expected: 'a JSON object', got: shown(body) }])
  }

  /** The field as `parse` reads it. What `parse` answers with `undefined` becomes a problem: `expected` says why. */
  read<T>(field: string, expected: string, parse: (value: unknown) => T | undefined): T | undefined {
    const value = this.#values[field]
    const parsed = parse(value)
    if (parsed === undefined) this.#problems.push({ field, expected, got: shown(value) })
    return parsed
  }

  get sound(): boolean {
    return this.#problems.length === 0
  }

  /** @throws BadRequestError that tells every problem found */
  refuse(): never {
    throw new BadRequestError(this.#problems)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
}

/** What {@link parseName} takes, in words. */
export const NAME_RULE = 'text of 1 to 255 characters, not all blank, without control characters'

/** Control characters, and halves of characters that UTF-8 would fold into one another. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u

/** A text that names something: a token, a user. */
export function parseName(value: unknown): string | undefined {
  return isPrintable(value, 255) && value.trim() !== '' ? value : undefined
}

/** A name that is a part of the path. @throws BadRequestError */
export function nameInPath(c: Context, part: string): string {
  const fields = new Fields(c.req.param())
  return fields.read(part, NAME_RULE, parseName) ?? fields.refuse()
}

export function isPrintable(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength && !UNPRINTABLE.test(value)
}

/** A value from a request, short enough for a message. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(shortened(value))
  if (isLosslessNumber(value)) return `the number ${shortened(value.value)}`
  if (Array.isArray(value)) return 'a list'
  return value !== null && typeof value === 'object' ? 'an object' : String(value)
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
