import { type ControlState, type Controls, NOTHING_WRONG } from '../controls/controls'

/** The controls that all processes have together, as one of them knows them. */
export class SharedControls implements Controls {
  readonly #ask: (change: Partial<ControlState>) => Promise<ControlState>
  readonly #goBy: (state: ControlState) => void
  #state = NOTHING_WRONG

  /**
   * @param ask - changes them for all processes, which are told before it resolves
   * @param goBy - has this process do what they say
   */
  constructor(
    ask: (change: Partial<ControlState>) => Promise<ControlState>,
    goBy: (state: ControlState) => void,
  ) {
    this.#ask = ask
    this.#goBy = goBy
  }

  get state(): ControlState {
    return this.#state
  }

  /** What all processes are told to go by. */
  hear(state: ControlState): void {
    this.#state = state
    this.#goBy(state)
  }

  async change(change: Partial<ControlState>): Promise<ControlState> {
    const before = this.#state
    const answer = await this.#ask(change)
    // What was heard meanwhile is no older than this answer, which another change may have overtaken.
    if (this.#state === before) this.hear(answer)
    return this.#state
  }
}
