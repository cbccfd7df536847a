/** Milliseconds, or a number with a unit: `'250ms'`, `'30s'`, `'5m'`, `'24h'`, `'30d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

export interface DurationBounds {
  readonly min?: number
  /** Whether `Infinity`, for no limit, makes sense. */
  readonly unlimited?: boolean
}

/**
 * Reads a duration given as an option.
 *
 * @throws TypeError that names the option, what it got and what it takes
 */
export function milliseconds(option: string, duration: Duration, bounds: DurationBounds = {}): number {
  const { min = 1, unlimited = false } = bounds
  const ms = typeof duration === 'string' ? parsed(duration) : duration
  const inRange = typeof ms === 'number' && ms >= min && ms <= Number.MAX_SAFE_INTEGER
  if (inRange || (unlimited && duration === Number.POSITIVE_INFINITY)) return Math.ceil(ms)
  throw new TypeError(
    `${option} must be a duration of at least ${min} ms: a number of milliseconds or text such as '250ms', '30s', '5m', ` +
      `'24h', '30d'${unlimited ? ', or Infinity' : ''}; got ${shown(duration)}`,
  )
}

function parsed(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? []
  return Number(amount) * (UNITS[unit as string] as number)
}

/** A wrong option's value, short enough for a message. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  return typeof value === 'object' ? Object.prototype.toString.call(value) : String(value)
}
