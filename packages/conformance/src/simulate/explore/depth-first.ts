import { type Choice, type Chooser, commute, type Move } from '../world/choice'

/** One point of the history at which something was chosen. */
interface Node {
  readonly moves: readonly Move[]
  /** Moves that need not be taken here: what begins with them comes to the same as what has been played. */
  readonly asleep: Move[]
  index: number
}

/**
 * Walks through every order of everything that can happen, one history at a time: each follows the last one up to the
 * last point where something else is left to choose, and takes that.
 *
 * Of histories that differ only in the order of moves that commute, one is played to its end (sleep sets, after
 * Godefroid). A move that has been explored sleeps in the histories of the moves beside it, until one is taken that it
 * does not commute with: taken any earlier, it would lead to where the walk has been already.
 */
export class DepthFirst {
  readonly #path: Node[] = []
  readonly #commute: typeof commute
  #depth = 0
  /** Whether every history has been played. */
  isDone = false

  constructor(doCommute = commute) {
    this.#commute = doCommute
  }

  /** The choices of the history that is being, or was last, played. */
  get taken(): number[] {
    return this.#path.map(({ index }) => index)
  }

  readonly choose: Chooser = (ready, rest) => {
    const node = this.#path[this.#depth] ?? this.#grow([...ready, ...rest()])
    this.#depth++
    return node && (ready[node.index] ?? rest()[node.index - ready.length])
  }

  /** Goes back to the last point where something else can be chosen. */
  next(): void {
    this.#depth = 0
    for (let node = this.#path.at(-1); node; node = this.#path.at(-1)) {
      node.asleep.push(node.moves[node.index] as Move)
      node.index = firstAwake(node, node.index + 1)
      if (node.index >= 0) return
      this.#path.pop()
    }
    this.isDone = true
  }

  #grow(choices: readonly Choice[]): Node | undefined {
    const before = this.#path.at(-1)
    const taken = before?.moves[before.index]
    const asleep = taken ? (before?.asleep.filter((move) => this.#commute(move, taken)) ?? []) : []
    const node: Node = { moves: choices.map(identity), asleep, index: 0 }
    node.index = firstAwake(node, 0)
    if (node.index < 0) return undefined
    this.#path.push(node)
    return node
  }
}

function firstAwake({ moves, asleep }: Node, from: number): number {
  for (let index = from; index < moves.length; index++) {
    const { id } = moves[index] as Move
    if (!asleep.some((move) => move.id === id)) return index
  }
  return -1
}

/** What is kept of a choice: no history keeps another's world alive. */
const identity = ({ id, process, isStore, fault }: Choice): Move => ({ id, process, isStore, fault })
