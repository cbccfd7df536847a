import type { Settings } from '../settings'

/** The same list, beginning with another one each round. */
export function rotated<T>(list: readonly T[], round: number): readonly T[] {
  const first = round % Math.max(list.length, 1)
  return [...list.slice(first), ...list.slice(0, first)]
}

export function roundText(round: number, rounds: number): string {
  return round === 0 ? 'warming up' : `round ${round}/${rounds}`
}

/** Whether `--only` leaves it in. */
export function isWanted(name: string, { only }: Pick<Settings, 'only'>): boolean {
  return only === undefined || name.toLowerCase().includes(only.toLowerCase())
}
