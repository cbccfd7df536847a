import type { Controls } from '../controls/controls'
import type { Gateway } from '../gateway/gateway'
import type { Timeline } from '../timeline/timeline'

/** What is one for all processes, as each of them reaches it. */
export interface Outside {
  readonly gateway: Gateway
  readonly timeline: Timeline
  readonly controls: Controls
  /** The metrics of all processes, in Prometheus' text format. */
  scrape(): Promise<string>
}
