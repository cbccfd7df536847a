/** What can be counted of a store, from wherever it can be seen. Missing where nobody can tell. */
export interface StoreLook {
  /** Of the load process, as the server counts them. */
  readonly connections?: number
  /** Records, or what is left of them, as the server counts them. */
  readonly records?: number
  /** What tables and indexes take, as the server tells. */
  readonly bytes?: number
  /** Keys that somebody waits for, as the server knows them. */
  readonly watches?: number
}

/** What a load process can count. */
export interface LoadCounts extends StoreLook {
  /** That are set and have not rung, those that keep no process alive among them. */
  readonly timers: number
  /** Sockets and the like. */
  readonly handles: number
  /** That idem has put on the clients which it was handed. */
  readonly listeners: number
  /** Scenes that have begun and not ended. */
  readonly inFlight: number
  /** Scenes that have ended. */
  readonly scenes: number
  /** Those of them that did not go as they must. */
  readonly faults: number
  /** What went wrong last. */
  readonly lastFault?: string | undefined
}

/** What a load process tells of itself. */
export interface LoadLook extends LoadCounts {
  /** In use when garbage has been collected. */
  readonly heapBytes: number
  readonly rssBytes: number
  /** By so much the event loop was late since the last look, but for one time in a hundred. */
  readonly loopDelayMs: number
  /** A first run that nothing stands in the way of took so long since the last look, but for one in a hundred. */
  readonly latencyMs: number
}

/** Everything that is known of one moment. */
export interface Sample extends LoadLook {
  /** Since the load began. */
  readonly atMs: number
}

/** What of a moment is a number. */
export type Figure = Exclude<keyof Sample, 'lastFault'>
