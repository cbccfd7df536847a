/** The row of an article. */
export interface Shelf {
  /** With what is set aside. */
  readonly onHand: number
  /** How many are set aside, by order. */
  readonly reserved: Readonly<Record<string, number>>
  /** The deliveries that came last: one whose process died runs again soon, and not after so many others. */
  readonly deliveries: readonly string[]
}

const DELIVERIES_KEPT = 50

export const emptyShelf: Shelf = { onHand: 0, reserved: {}, deliveries: [] }

/** How many are set aside for an order, if any are. It may be called anything, also what objects have by themselves. */
export function heldBy(order: string, { reserved }: Shelf): number | undefined {
  return Object.hasOwn(reserved, order) ? reserved[order] : undefined
}

/** How many can be had. */
export function available({ onHand, reserved }: Shelf): number {
  return onHand - sum(reserved)
}

export function setAside(shelf: Shelf, order: string, quantity: number): Shelf {
  return { ...shelf, reserved: { ...shelf.reserved, [order]: quantity } }
}

/** Nothing is set aside for the order any more: it has left the house, or goes back. */
export function withoutOrder(shelf: Shelf, order: string, how: 'shipped' | 'released'): Shelf {
  const others = Object.entries(shelf.reserved).filter(([other]) => other !== order)
  const left = how === 'shipped' ? (heldBy(order, shelf) ?? 0) : 0
  return { ...shelf, onHand: shelf.onHand - left, reserved: Object.fromEntries(others) }
}

/** `undefined`: the delivery is in there already. */
export function withDelivery(shelf: Shelf, id: string, quantity: number): Shelf | undefined {
  if (shelf.deliveries.includes(id)) return undefined
  const deliveries = [...shelf.deliveries, id].slice(-DELIVERIES_KEPT)
  return { ...shelf, onHand: shelf.onHand + quantity, deliveries }
}

/** As it is answered. */
export function shownShelf(shelf: Shelf) {
  return {
    on_hand: shelf.onHand,
    reserved: sum(shelf.reserved),
    available: available(shelf),
    orders: Object.keys(shelf.reserved),
  }
}

const sum = (counts: Shelf['reserved']): number => Object.values(counts).reduce((total, n) => total + n, 0)
