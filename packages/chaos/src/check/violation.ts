/** What a history shows that must not be. */
export interface Violation {
  readonly rule: string
  /** None if it is not of one key. */
  readonly key?: string | undefined
  readonly message: string
  /** All that is known of the key, line by line. */
  readonly history: readonly string[]
}
