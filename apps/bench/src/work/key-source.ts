import { randomUUID } from 'node:crypto'

/** Keys of one run of the bench: 36 characters, as long as a UUID, and none of them twice. */
export interface KeySource {
  /** What all of them contain, and nobody else's do. */
  readonly mark: string
  next(): string
}

const LENGTH = 36

export function keySource(): KeySource {
  const mark = `bench-${randomUUID().slice(0, 8)}`
  let given = 0
  return { mark, next: () => `${mark}-${String(given++).padStart(LENGTH - mark.length - 1, '0')}` }
}
