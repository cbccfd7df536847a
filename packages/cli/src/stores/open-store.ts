import type { Store } from '@idem/core'
import type { Arguments, Options } from '../arguments'
import { CommandFailure, failed, misused, reasonOf } from '../failure'
import { Secrets } from './secrets'

/** A store that was opened by its URL. */
export interface OpenStore {
  readonly store: Store
  /** Which, and where in it, in words without secrets. */
  readonly title: string
  /** Removes what is past its keeping, and tells how much that was; missing where the server does so by itself. */
  readonly sweep?: ((signal: AbortSignal) => Promise<number>) | undefined
  close(): Promise<unknown>
}

/** Where the application keeps its records, as it was typed. */
export interface StorePlace {
  readonly url: string
  /** The URL without secrets. */
  readonly shownUrl: string
  text(option: string): string | undefined
  flag(option: string): boolean
}

export const STORE_OPTIONS: Options = {
  store: {
    value: 'url',
    help: 'the store: redis[s]://, postgres[ql]:// or mongodb[+srv]://; else IDEM_STORE',
  },
  prefix: { value: 'text', help: "Redis: the RedisStore's prefix, behind the client's keyPrefix; else none" },
  cluster: { help: 'Redis: the server is part of a Cluster' },
  schema: { value: 'name', help: 'PostgreSQL: of the table; else idem' },
  table: { value: 'name', help: 'PostgreSQL: the table; else records' },
  database: { value: 'name', help: 'MongoDB: the database; else that of the URL' },
  collection: { value: 'name', help: 'MongoDB: the collection; else idem.records' },
}

interface Kind {
  readonly name: string
  readonly schemes: readonly string[]
  readonly options: readonly string[]
  open(place: StorePlace): Promise<OpenStore>
}

/** What each needs of drivers is loaded when it is asked for. */
const KINDS: readonly Kind[] = [
  {
    name: 'Redis',
    schemes: ['redis', 'rediss'],
    options: ['prefix', 'cluster'],
    open: async (place) => (await import('./open-redis')).openRedis(place),
  },
  {
    name: 'PostgreSQL',
    schemes: ['postgres', 'postgresql'],
    options: ['schema', 'table'],
    open: async (place) => (await import('./open-postgres')).openPostgres(place),
  },
  {
    name: 'MongoDB',
    schemes: ['mongodb', 'mongodb+srv'],
    options: ['database', 'collection'],
    open: async (place) => (await import('./open-mongo')).openMongo(place),
  },
]

export interface StoreChoice {
  readonly secrets: Secrets
  /** @throws CommandFailure if it cannot be reached */
  open(): Promise<OpenStore>
}

/** Which store was meant. @throws CommandFailure if that is unclear */
export function chooseStore(
  typed: Arguments,
  env: Readonly<Record<string, string | undefined>>,
): StoreChoice {
  const url = typed.text('store') ?? env['IDEM_STORE']
  if (!url) throw misused('which store? Give --store <url>, or set IDEM_STORE')
  const scheme = /^([a-z+]+):\/\//i.exec(url)?.[1]?.toLowerCase() ?? ''
  const kind = KINDS.find(({ schemes }) => schemes.includes(scheme))
  if (kind === undefined) {
    const known = KINDS.flatMap(({ schemes }) => schemes.map((name) => `${name}://`)).join(', ')
    throw misused(`the URL of the store must begin with one of ${known}`)
  }
  for (const other of KINDS) {
    const wrong = other === kind ? undefined : other.options.find((name) => isGiven(typed, name))
    if (wrong) throw misused(`--${wrong} is for ${other.name}, and the store is ${kind.name}`)
  }
  const secrets = new Secrets(url)
  const { shownUrl } = secrets
  const place: StorePlace = {
    url,
    shownUrl,
    text: (option) => typed.text(option),
    flag: (option) => typed.flag(option),
  }
  return {
    secrets,
    open: async () => {
      try {
        return await kind.open(place)
      } catch (error) {
        if (error instanceof CommandFailure) throw error
        const reason = secrets.without(reasonOf(error))
        // What is wrong with names is told by TypeErrors of the adapters.
        if (error instanceof TypeError) throw misused(reason)
        throw failed(`${kind.name} at ${shownUrl} cannot be reached: ${reason}`)
      }
    },
  }
}

const isGiven = (typed: Arguments, option: string): boolean =>
  STORE_OPTIONS[option]?.value === undefined ? typed.flag(option) : typed.text(option) !== undefined
