/** Something to wait for, and to let happen. */
export class Gate {
  readonly opened: Promise<void>
  open!: () => void

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve
    })
  }
}

/** Resolves when a condition holds; looks again every few milliseconds. @throws Error when it does not, for 25 s */
export async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + 25_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited 25 s in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
