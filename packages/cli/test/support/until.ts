import { vi } from 'vitest'

/** Waits for what is to become so. */
export const until = (isSo: () => unknown): Promise<unknown> =>
  vi.waitFor(
    async () => {
      if (!(await isSo())) throw new Error('not yet')
    },
    { timeout: 20_000, interval: 10 },
  )
