import { parseArgs } from 'node:util'
import { BROKER_NAMES, type BrokerName } from './queue/brokers'
import { STORE_NAMES, STORES, type StoreName } from './stores/stores'

/** The service was started with something that it does not understand; the message says what it takes. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

interface Setting<T> {
  readonly fallback: string
  readonly does: string
  /** What {@link Setting.read} takes, in words. */
  readonly takes: string
  readonly read: (text: string) => T | undefined
}

const QUEUES: readonly (BrokerName | 'auto')[] = [...BROKER_NAMES, 'auto']

/** Each is a Node.js of its own: more of them than a machine has cores serve to watch, not to be fast. */
const MAX_PROCESSES = 64

/** What can be set: each by a flag, or by an environment variable of the same name. */
export const SETTINGS = {
  port: setting(
    '8080',
    'the port to listen on; 0 for any that is free',
    'a whole number from 0 to 65535',
    whole(0, 65535),
  ),
  host: setting(
    '127.0.0.1',
    'the address to listen on; 0.0.0.0 for all',
    'an address or host name',
    (text) => text.trim() || undefined,
  ),
  store: setting<StoreName>(
    'memory',
    `where the records are kept: ${either(STORE_NAMES)}`,
    either(STORE_NAMES),
    (text) => STORE_NAMES.find((name) => name === text),
  ),
  queue: setting<BrokerName | 'auto'>(
    'auto',
    `where paid orders are queued: ${either(BROKER_NAMES)}; auto: redis if it is there or needed`,
    either(QUEUES),
    (text) => QUEUES.find((name) => name === text),
  ),
  processes: setting(
    '1',
    'how many processes answer, in turn',
    `a whole number from 1 to ${MAX_PROCESSES}`,
    whole(1, MAX_PROCESSES),
  ),
  lease: setting(
    '10000',
    'how long a payment whose process is silent still counts as running, in milliseconds',
    'a whole number from 100 to 600000',
    whole(100, 600_000),
  ),
  'callback-secret': setting(
    'demo-callback-secret',
    'what the payment provider signs its callbacks with',
    'a text of 16 to 200 characters',
    (text) => (text.length >= 16 && text.length <= 200 ? text : undefined),
  ),
  'failure-rate': setting('0.05', 'the share of charges that fail', 'a number from 0 to 1', share),
  'gateway-delay': setting(
    '100-500',
    'how long a charge takes, in milliseconds',
    'a range such as 100-500, up to 60000',
    range,
  ),
  'max-running': setting(
    '256',
    'how many payments may run at a time, in each process',
    'a whole number from 1 to 1000000',
    whole(1, 1e6),
  ),
  'max-waiting': setting(
    '1000',
    'how many clients may wait at a time, in each process',
    'a whole number from 0 to 1000000',
    whole(0, 1e6),
  ),
}

type Name = keyof typeof SETTINGS
export type Settings = { readonly [N in Name]: (typeof SETTINGS)[N] extends Setting<infer T> ? T : never }

const NAMES = Object.keys(SETTINGS) as Name[]

/**
 * Reads the flags and, for what they do not say, the environment. `'help'` if that is all that is wanted.
 *
 * @throws SettingsError
 */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings | 'help' {
  const { help, ...flags } = readFlags(args)
  if (help) return 'help'
  const settings: Record<string, unknown> = {}
  for (const name of NAMES) {
    const variable = env[variableOf(name)] || undefined
    const { fallback, read, takes } = SETTINGS[name]
    const text = flags[name] ?? variable ?? fallback
    settings[name] = read(text)
    if (settings[name] !== undefined) continue
    const source = flags[name] === undefined ? variableOf(name) : `--${name}`
    throw new SettingsError(`${source} must be ${takes}; got ${JSON.stringify(text)}`)
  }
  // Each name was given what its own `read` gave.
  return shareable(settings as Settings)
}

function shareable(settings: Settings): Settings {
  const { processes, store, queue } = settings
  if (processes > 1 && queue === 'memory') {
    throw new SettingsError(
      `--queue memory is within one process: what one of ${processes} publishes, the others would never hear of. ` +
        'Choose --queue redis, --queue off, or --processes 1.',
    )
  }
  if (processes === 1 || STORES[store].shared) return settings
  const shared = STORE_NAMES.filter((name) => STORES[name].shared).map((name) => `--store ${name}`)
  throw new SettingsError(
    `--store ${store} keeps the records of one process: ${processes} processes would each charge the same payment. ` +
      `Choose ${either(shared)}, or --processes 1.`,
  )
}

function either(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter(Boolean).join(' or ')
}

export function variableOf(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}

function readFlags(args: readonly string[]): Partial<Record<Name, string>> & { help?: boolean } {
  const options = Object.fromEntries(NAMES.map((name) => [name, { type: 'string' }])) as Record<
    Name,
    { type: 'string' }
  >
  try {
    return parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean', short: 'h' } } })
      .values
  } catch (error) {
    throw new SettingsError(`${(error as Error).message}\nSee --help.`)
  }
}

function setting<T>(fallback: string, does: string, takes: string, read: Setting<T>['read']): Setting<T> {
  return { fallback, does, takes, read }
}

function whole(least: number, most: number) {
  return (text: string): number | undefined => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    return number >= least && number <= most ? number : undefined
  }
}

function share(text: string): number | undefined {
  const number = /^\d(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  return number <= 1 ? number : undefined
}

/** Half of the time that a payment may take at most. */
const SLOWEST_GATEWAY_MS = 60_000

function range(text: string): readonly [number, number] | undefined {
  const [, least, most] = /^(\d{1,6})-(\d{1,6})$/.exec(text) ?? []
  const inOrder = Number(least) <= Number(most) && Number(most) <= SLOWEST_GATEWAY_MS
  return inOrder ? [Number(least), Number(most)] : undefined
}
