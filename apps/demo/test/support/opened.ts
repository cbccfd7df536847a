import { expect, onTestFinished, vi } from 'vitest'
import type { PaymentBook } from '../../src/payment/payment-book'
import type { OpenStore, StoreKind } from '../../src/stores/store-kind'
import { type Demo, startDemo } from './demo'

/** The service on a store as a process opens it. */
export interface Opened extends OpenStore, Demo {
  /** What was noted of its connection. */
  readonly notes: string[]
  /** Resolves as soon as the service sees the server again. */
  recovered(): Promise<void>
}

export async function startOn(kind: StoreKind, url: string | undefined): Promise<Opened> {
  const notes: string[] = []
  const opened = await kind.open(url ?? '', (line) => notes.push(line))
  // After the service, which still needs it to stop.
  onTestFinished(opened.close)
  const demo = await startDemo({ ...opened, leaseMs: 500 })
  return {
    ...demo,
    ...opened,
    notes,
    async recovered() {
      await vi.waitFor(async () => expect((await demo.get('/health')).code).toBe(200), 10_000)
    },
  }
}

/** The same on a store that has a book. */
export async function startWithBook(
  kind: StoreKind,
  url: string | undefined,
): Promise<Opened & { readonly book: PaymentBook }> {
  const opened = await startOn(kind, url)
  const { book } = opened
  if (book === undefined) throw new Error('payments have no book')
  return { ...opened, book }
}
