/** What a suite asks for, beside the store. */
export interface SuiteTerms {
  /** What the store cannot be asked for, each with the reason, which the skipped tests show. */
  readonly without?: {
    /** The store has no clock but that of this process. */
    readonly ownClock?: string | undefined
  }
  /** Of the random sequences of calls: where they start, to repeat a failure, and how many there are. */
  readonly property?: { readonly seed?: number | undefined; readonly runs?: number | undefined }
  /** How long the notice of a change may take to reach a watcher. @defaultValue 10 s */
  readonly patienceMs?: number
}
