import { quoteIdentifier } from '../names'

/** A value as the driver binds it; `null` is NULL, in conditions too. */
export type Value = unknown

/** Columns and values: all of them must be so. */
export type Row = Readonly<Record<string, Value>>

/** A table, or a table in a schema: never more than names. */
export type Table = string | { readonly schema: string; readonly table: string }

/** The values that a statement binds, in the order of their numbers. */
export class Bound {
  readonly values: Value[] = []

  add(value: Value): string {
    return `$${this.values.push(value)}`
  }
}

/** @throws TypeError if it is no name */
export function tableName(table: Table): string {
  const parts = typeof table === 'string' ? [table] : [table?.schema, table?.table]
  return parts.map((part) => identifier('table', part)).join('.')
}

/** `"a" = $1 AND "b" IS NULL`. @throws TypeError if there is no condition: that would be every row */
export function condition(where: Row, bound: Bound): string {
  return entries('where', where)
    .map(([column, value]) => (value === null ? `${column} IS NULL` : `${column} = ${bound.add(value)}`))
    .join(' AND ')
}

/** `"a" = $1, "b" = NULL`. @throws TypeError if there is nothing to set */
export function assignments(set: Row, bound: Bound): string {
  return entries('set', set)
    .map(([column, value]) => `${column} = ${bound.add(value)}`)
    .join(', ')
}

function entries(option: string, row: Row): [column: string, value: Value][] {
  if (typeof row !== 'object' || row === null || Object.keys(row).length === 0) {
    throw new TypeError(`${option} must have at least one column`)
  }
  return Object.entries(row).map(([column, value]) => {
    // Left out by mistake, perhaps; as a condition it would hold for other rows than were meant.
    if (value === undefined) throw new TypeError(`${option}.${column} is undefined; null means NULL`)
    return [identifier(option, column), value]
  })
}

function identifier(option: string, name: unknown): string {
  if (typeof name === 'string' && name !== '' && !name.includes('\0')) return quoteIdentifier(name)
  throw new TypeError(`${option} has a name that is none: ${JSON.stringify(name)}`)
}
