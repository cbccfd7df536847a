import { isRemembered, type Moment, type NewMoment } from './moment'

/** How many moments are remembered: a page that is opened later still sees what happened just before. */
const REMEMBERED = 500

/** Numbers the moments of all processes, and remembers the newest. */
export class Chronicle {
  #moments: readonly Moment[] = []
  #lastId = 0

  /** In the order in which they are told. */
  add(moments: readonly NewMoment[]): readonly Moment[] {
    const numbered = moments.map((moment) => ({ ...moment, id: ++this.#lastId }))
    this.#moments = [...this.#moments, ...numbered.filter(isRemembered)].slice(-REMEMBERED)
    return numbered
  }

  get moments(): readonly Moment[] {
    return this.#moments
  }
}
