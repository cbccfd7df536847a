import type { ChaosEvent } from '../history/event'

/** An event in a line for people. */
export function printEvent({ at, life, type, ...rest }: ChaosEvent): string {
  const { key: _, ...told } = rest as Record<string, unknown>
  const texts = Object.entries(told).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`],
  )
  return `${at.toFixed(3).padStart(10)}  ${life.padEnd(8)}  ${type.padEnd(10)}  ${texts.join(', ')}`
}
