const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
]

/** A duration in its two greatest units, without a blank: `3m5s`. */
export function shortDuration(duration: number): string {
  const ms = Math.max(0, Math.round(duration))
  if (ms < 1_000) return `${ms}ms`
  const at = UNITS.findIndex(([unit]) => ms >= unit)
  const [size, unit] = UNITS[at] as readonly [number, string]
  const whole = `${Math.floor(ms / size)}${unit}`
  const next = UNITS[at + 1]
  const rest = next === undefined ? 0 : Math.floor((ms % size) / next[0])
  return rest > 0 ? `${whole}${rest}${next?.[1]}` : whole
}

const pad = (number: number, length = 2): string => String(number).padStart(length, '0')

/** A time of day here. */
export function clockTime(time: Date): string {
  return `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`
}

/** A moment as it is here, and as it is everywhere. */
export function localAndIso(ms: number): string {
  const time = new Date(ms)
  const day = `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`
  const east = -time.getTimezoneOffset()
  const zone = `${east < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(east) / 60))}:${pad(Math.abs(east) % 60)}`
  return `${day} ${clockTime(time)} ${zone}  (${time.toISOString()})`
}
