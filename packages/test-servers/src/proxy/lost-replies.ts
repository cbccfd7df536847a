/** Which requests lose their reply: the next ones, or the next that match. */
export type Matching = string | ((request: Buffer) => boolean)

interface Plan {
  left: number
  readonly matches: (request: Buffer) => boolean
  readonly lost: () => void
}

/** The replies that are still to be lost. */
export class LostReplies {
  readonly #plans: Plan[] = []

  /** Resolves when that many more requests have lost their reply. */
  plan(times: number, matching: Matching = () => true): Promise<void> {
    const matches = typeof matching === 'string' ? (request: Buffer) => request.includes(matching) : matching
    let unlost = times
    return new Promise((resolve) => {
      const lost = () => {
        if (--unlost === 0) resolve()
      }
      this.#plans.push({ left: times, matches, lost })
    })
  }

  /** Whether the reply to this request is to be lost: if so, what to tell once it is. */
  take(request: Buffer, counts: { lostReplies: number }): (() => void) | undefined {
    const plan = this.#plans.find(({ matches }) => matches(request))
    if (!plan) return undefined
    if (--plan.left === 0) this.#plans.splice(this.#plans.indexOf(plan), 1)
    return () => {
      counts.lostReplies++
      plan.lost()
    }
  }
}
