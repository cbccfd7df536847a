import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type Duration, milliseconds } from '@idem/core'
import { misused, reasonOf } from './failure'

export interface Option {
  /** What stands for its value in the help; missing, it takes none. */
  readonly value?: string
  readonly short?: string
  readonly help: string
}

export type Options = Readonly<Record<string, Option>>

/** What was typed behind the name of a command. */
export class Arguments {
  readonly #options: Options
  readonly #values: Readonly<Record<string, unknown>>
  readonly positionals: readonly string[]

  /** @throws CommandFailure for what is no option of the command, or lacks its value */
  constructor(typed: readonly string[], options: Options) {
    this.#options = options
    const known: NonNullable<ParseArgsConfig['options']> = {}
    for (const [name, { value, short }] of Object.entries(options)) {
      known[name] = { type: value ? 'string' : 'boolean', multiple: true, ...(short && { short }) }
    }
    try {
      const parsed = parseArgs({ args: [...typed], options: known, allowPositionals: true, strict: true })
      this.#values = parsed.values
      this.positionals = parsed.positionals
    } catch (error) {
      throw misused(reasonOf(error))
    }
  }

  flag(name: string): boolean {
    return this.#values[this.#known(name)] !== undefined
  }

  /** @throws CommandFailure if it was given twice: nobody knows which of them was meant */
  text(name: string): string | undefined {
    const given = this.#values[this.#known(name)] as readonly string[] | undefined
    if (given !== undefined && given.length > 1) throw misused(`--${name} was given ${given.length} times`)
    return given?.[0]
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name)
    if (text === undefined || (choices as readonly string[]).includes(text)) return text as Choice | undefined
    throw misused(`--${name} must be one of ${choices.join(', ')}; got ${JSON.stringify(text)}`)
  }

  wholeNumber(name: string, least: number, most: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    throw misused(`--${name} must be a whole number from ${least} to ${most}; got ${JSON.stringify(text)}`)
  }

  /** In milliseconds. */
  duration(name: string, least = 1): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    try {
      return milliseconds(`--${name}`, text as Duration, { min: least })
    } catch (error) {
      throw misused(reasonOf(error))
    }
  }

  /** The stored key that the command is about. */
  key(): string {
    const [key, ...more] = this.positionals
    if (key === undefined || key === '') {
      throw misused('which key? Give it as ls shows it, in quotes: namespace:name:scope:key')
    }
    this.noMoreThan(1, more)
    return key
  }

  noMoreThan(count: number, more = this.positionals.slice(count)): void {
    if (more.length > 0) throw misused(`takes no ${JSON.stringify(more[0])}; put keys with blanks in quotes`)
  }

  #known(name: string): string {
    if (Object.hasOwn(this.#options, name)) return name
    throw new Error(`${name} is asked for, and is no option of the command`)
  }
}
