import { randomUUID } from 'node:crypto'

/** Keys of one run of the bench: 36 characters, as long as a UUID, and none of them twice. */
export interface KeySource {
  /** What all of them contain, and nobody else's do. */
  readonly mark: string
  next(): string
}

const LENGTH = 36

/** Counts from a number on: whoever does so in another process, with the same mark, gives the same keys. */
export function keySource(mark = `bench-${randomUUID().slice(0, 8)}`, from = 0): KeySource {
  let number = from
  return { mark, next: () => `${mark}-${String(number++).padStart(LENGTH - mark.length - 1, '0')}` }
}
