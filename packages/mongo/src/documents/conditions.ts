/** Fields and values: all of them must be so, or are to become so. */
export type Fields = Readonly<Record<string, unknown>>

/** How deep a value is looked into: deeper than a document may be. */
const DEEPEST = 200

/** `{ a: { $eq: 1 } }`: each value is what is compared, never an operator. @throws TypeError if it is empty, or not fields */
export function condition(where: Fields): Record<string, { readonly $eq: unknown }> {
  return Object.fromEntries(entries('where', where).map(([field, value]) => [field, { $eq: value }]))
}

/** `{ $set: { a: 1 } }`. @throws TypeError if there is nothing to set, or it is not fields */
export function assignments(set: Fields): { readonly $set: Fields } {
  return { $set: Object.fromEntries(entries('set', set)) }
}

function entries(option: string, fields: Fields): [field: string, value: unknown][] {
  if (typeof fields !== 'object' || fields === null || Object.keys(fields).length === 0) {
    throw new TypeError(`${option} must have at least one field`)
  }
  return Object.entries(fields).map(([field, value]) => {
    if (field === '' || field.includes('\0') || field.split('.').some((part) => part.startsWith('$'))) {
      throw new TypeError(`${option} has a name that is none: ${JSON.stringify(field)}`)
    }
    // Left out by mistake, perhaps; as a condition it would hold for other documents than were meant.
    if (value === undefined) throw new TypeError(`${option}.${field} is undefined; null means null`)
    refuseOperators(`${option}.${field}`, value, 0)
    return [field, value]
  })
}

/** A value that came from outside may have been made to look like an operator. */
function refuseOperators(path: string, value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > DEEPEST) throw new TypeError(`${path} is nested too deep`)
  // A date, an id, a number of 64 bits, bytes: not what a request's body can bring.
  const isPlain = Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value))
  if (!isPlain) return
  for (const [name, inner] of Object.entries(value)) {
    if (name.startsWith('$') || name === '_bsontype')
      throw new TypeError(`${path} has an operator in it: ${JSON.stringify(name)}`)
    refuseOperators(`${path}.${name}`, inner, depth + 1)
  }
}
