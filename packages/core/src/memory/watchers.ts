/** Who wants to hear of which key. */
export class Watchers {
  readonly #watching = new Map<string, Set<() => void>>()

  /** Calls `onChange` whenever the key is notified, until the signal aborts. */
  add(key: string, onChange: () => void, signal: AbortSignal): void {
    if (signal.aborted) return
    const heard = () => {
      if (!signal.aborted) onChange()
    }
    const own = this.#watching.get(key) ?? new Set()
    this.#watching.set(key, own.add(heard))
    signal.addEventListener(
      'abort',
      () => {
        own.delete(heard)
        if (own.size === 0) this.#watching.delete(key)
      },
      { once: true },
    )
  }

  /** Calls everybody who watches the key, each in a turn of its own: none can disturb the caller or the others. */
  notify(key: string): void {
    for (const heard of this.#watching.get(key) ?? []) queueMicrotask(heard)
  }
}
