import type { Contestant } from '../race/contestant'
import { answering } from './answer'

/** The floor within a process: the handler, and nothing around it. */
export const bareCall: Contestant = {
  name: 'a bare async call',
  setup: async () => ({ operation: answering, teardown: async () => {} }),
}
