import { type ControlState, type Controls, NOTHING_WRONG } from '../../src/controls/controls'
import type { Gateway } from '../../src/gateway/gateway'
import type { Outside } from '../../src/processes/outside'
import { Chronicle } from '../../src/timeline/chronicle'
import { Timeline } from '../../src/timeline/timeline'

export interface LoneOutside extends Outside {
  /** What the service that it is for goes by, and tells. */
  attach(service: { control(state: ControlState): void; metrics(): Promise<string> }): void
}

/** What is beyond a process that is the only one, and that the test runs in. */
export function loneOutside(gateway: Gateway): LoneOutside {
  const chronicle = new Chronicle()
  const timeline: Timeline = new Timeline(1, (moments) => timeline.hear(chronicle.add(moments)))
  let service: Parameters<LoneOutside['attach']>[0] | undefined
  let state = NOTHING_WRONG
  const controls: Controls = {
    get state() {
      return state
    },
    async change(change) {
      state = { ...state, ...change }
      service?.control(state)
      return state
    },
  }
  return {
    gateway,
    timeline,
    controls,
    scrape: async () => (await service?.metrics()) ?? '',
    attach: (attached) => {
      service = attached
    },
  }
}
