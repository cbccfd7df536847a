import type { IdemEvent } from '@idem/core'
import type { StormProgress } from '../storm/storm-report'
import { type Moment, momentOf, type NewMoment, remember } from './moment'

/** How long moments are collected before they are told together: to tell each of a storm would be a storm, too. */
const COLLECTED_FOR_MS = 20
/** At most so many are told together; what is more than that is left out, and counted. */
const TOLD_AT_ONCE = 200

/** What happens in all processes, as each of them knows it. */
export class Timeline {
  readonly #process: number
  readonly #tell: (moments: readonly NewMoment[]) => void
  readonly #listeners = new Set<(moments: readonly Moment[]) => void>()
  #known: readonly Moment[]
  #collected: NewMoment[] = []
  #leftOut = 0

  /**
   * @param process - the number of this one
   * @param tell - tells all processes, this one included: they {@link hear} it
   * @param known - what happened before
   */
  constructor(process: number, tell: (moments: readonly NewMoment[]) => void, known: readonly Moment[] = []) {
    this.#process = process
    this.#tell = tell
    this.#known = known
  }

  /** For the `observer` of every `Idem` of this process. */
  readonly observe = (event: IdemEvent): void => this.#collect(momentOf(event, this.#process))

  /** How far a storm in this process has come. */
  storm(progress: StormProgress): void {
    this.#collect({ at: Date.now(), process: this.#process, type: 'storm', storm: progress })
  }

  /** Takes in what has happened somewhere. */
  hear(moments: readonly Moment[]): void {
    this.#known = remember(this.#known, moments)
    for (const listener of this.#listeners) listener(moments)
  }

  /** What is remembered of the time after a moment, and from now on whatever happens, until it is let go. */
  listen(after: number, listener: (moments: readonly Moment[]) => void): () => void {
    listener(this.#known.filter(({ id }) => id > after))
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #collect(moment: NewMoment): void {
    if (this.#collected.length === 0 && this.#leftOut === 0) setTimeout(() => this.#pass(), COLLECTED_FOR_MS)
    if (this.#collected.length < TOLD_AT_ONCE) this.#collected.push(moment)
    else this.#leftOut += 1
  }

  #pass(): void {
    const moments = this.#collected
    const leftOut = this.#leftOut
    this.#collected = []
    this.#leftOut = 0
    if (leftOut > 0) {
      const last = moments[moments.length - 1] as NewMoment
      moments.push({ at: last.at, process: last.process, type: 'left-out', detail: `${leftOut} more` })
    }
    this.#tell(moments)
  }
}
