import type { Collection, Db, Document } from 'mongodb'

/** A database whose server's clock goes as it is told, for who asks it by `$$NOW`, and for `hello`. */
export interface MovedClock {
  readonly db: Db
  /** Moves the clock by so many milliseconds. */
  advance(ms: number): void
}

export function movedClock(whole: Db): MovedClock {
  let shift = 0
  const inExpression = (value: unknown): unknown => {
    if (value === '$$NOW') return { $add: ['$$NOW', shift] }
    if (Array.isArray(value)) return value.map(inExpression)
    if (!isPlain(value) || '$literal' in value) return value
    return mapped(value, (inner) => inExpression(inner))
  }
  const inFilter = (filter: unknown): unknown => {
    if (Array.isArray(filter)) return filter.map(inFilter)
    if (!isPlain(filter)) return filter
    return mapped(filter, (inner, field) => {
      if (field === '$expr') return inExpression(inner)
      return field === '$or' ? inFilter(inner) : inner
    })
  }
  const inOptions = (options: Document = {}) => ({
    ...options,
    projection: inExpression(options['projection']) as Document,
  })

  const collection = (inner: Collection) =>
    instead(inner, {
      findOne: (filter: unknown, options?: Document) =>
        inner.findOne(inFilter(filter) as Document, inOptions(options)),
      find: (filter: unknown, options?: Document) =>
        inner.find(inFilter(filter) as Document, inOptions(options)),
      updateOne: (filter: unknown, update: unknown, options?: Document) =>
        inner.updateOne(inFilter(filter) as Document, inExpression(update) as Document[], options),
      findOneAndUpdate: (filter: unknown, update: unknown, options?: Document) =>
        inner.findOneAndUpdate(
          inFilter(filter) as Document,
          inExpression(update) as Document[],
          inOptions(options),
        ),
      bulkWrite: (operations: readonly Document[], options?: Document) =>
        inner.bulkWrite(
          operations.map(({ updateOne: { filter, update } }) => ({
            updateOne: { filter: inFilter(filter) as Document, update: inExpression(update) as Document[] },
          })),
          options,
        ),
    })
  const db = instead(whole, {
    collection: (name: string, options?: Document) => collection(whole.collection(name, options)),
    command: async (command: Document, options?: Document) => {
      const reply = await whole.command(command, options)
      const { localTime } = reply
      return localTime instanceof Date ? { ...reply, localTime: new Date(+localTime + shift) } : reply
    },
  })
  return {
    db,
    advance: (ms) => {
      shift += ms
    },
  }
}

/** An object, some of whose methods are others. */
function instead<Whole extends object>(whole: Whole, methods: Readonly<Record<string, unknown>>): Whole {
  return new Proxy(whole, {
    get(target, name) {
      if (typeof name === 'string' && Object.hasOwn(methods, name)) return methods[name]
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const isPlain = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

const mapped = (value: Document, map: (inner: unknown, field: string) => unknown): Document =>
  Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, map(inner, field)]))
