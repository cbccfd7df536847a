import { type Moment, type NewMoment, remember } from './moment'

/** Numbers the moments of all processes, and remembers the newest. */
export class Chronicle {
  #moments: readonly Moment[] = []
  #lastId = 0

  /** In the order in which they are told. */
  add(moments: readonly NewMoment[]): readonly Moment[] {
    const numbered = moments.map((moment) => ({ ...moment, id: ++this.#lastId }))
    this.#moments = remember(this.#moments, numbered)
    return numbered
  }

  get moments(): readonly Moment[] {
    return this.#moments
  }
}
