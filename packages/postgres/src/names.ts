import { createHash } from 'node:crypto'

/** The longest name that a function may add to that of its table. */
const LONGEST_SUFFIX = '_complete_all'.length
const LONGEST_IDENTIFIER = 63

/** The last time that JavaScript has, in milliseconds since the epoch. */
const NEVER = '8640000000000000'

/** The names that a store has in the database, quoted, and its texts with those names filled in. */
export class Names {
  readonly schema: string
  readonly table: string
  /** Where watchers listen. */
  readonly channel: string

  /** @throws TypeError if a name cannot be used */
  constructor(schema: string, table: string) {
    this.schema = nameOf('schema', schema, LONGEST_IDENTIFIER)
    this.table = nameOf('table', table, LONGEST_IDENTIFIER - LONGEST_SUFFIX)
    this.channel = `idem_${createHash('md5').update(this.of()).digest('hex')}`
  }

  /** The table, or what goes by its name and more: a function, another table. */
  of(suffix = ''): string {
    return `${quoteIdentifier(this.schema)}.${quoteIdentifier(this.table + suffix)}`
  }

  /**
   * A text of this package, with names in the places of `{{table}}`, `{{table_claim}}`, `{{schema}}` and `{{channel}}`, and in
   * that of `{{never}}` the time that stands for it.
   */
  fill(text: string): string {
    return text.replace(/\{\{(schema|channel|never|table(\w*))\}\}/g, (_, place: string, suffix: string) => {
      if (place === 'schema') return quoteIdentifier(this.schema)
      if (place === 'never') return NEVER
      return place === 'channel' ? quoteLiteral(this.channel) : this.of(suffix)
    })
  }

  /** A statement without the comment that opens it. */
  statement(text: string): string {
    return this.fill(text.replace(/^(--.*\n)+/, '').trim())
  }
}

/** An identifier as it is written in a statement: whatever it has in it, it stays one identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as it is written in a statement, whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

function nameOf(option: string, name: unknown, longest: number): string {
  // The bodies of functions stand between dollar signs, and comments end with their lines.
  const fits = typeof name === 'string' && name !== '' && !/[\p{Cc}\p{Cs}$]/u.test(name)
  if (fits && Buffer.byteLength(name) <= longest) return name
  throw new TypeError(
    `${option} must be a name of 1 to ${longest} bytes without control characters and $; got ${JSON.stringify(name)}`,
  )
}
