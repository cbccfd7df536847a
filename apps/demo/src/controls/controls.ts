/** What the page's buttons do to the service, to see what follows; the same for all processes. */
export interface ControlState {
  /** Calls to the store fail, like those on a broken connection. */
  readonly storeIsCut: boolean
  /** How much longer than usual the gateway takes, in milliseconds. */
  readonly gatewaySlowedByMs: number
}

export const NOTHING_WRONG: ControlState = { storeIsCut: false, gatewaySlowedByMs: 0 }

/** The controls as each process has them. */
export interface Controls {
  readonly state: ControlState
  /** Resolves to the new state when this process goes by it. */
  change(change: Partial<ControlState>): Promise<ControlState>
}
