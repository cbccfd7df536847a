import type { Ground } from './ground'

/** There is nothing but the load process itself. */
export async function memoryGround(): Promise<Ground> {
  return {
    server: 'the memory of the process',
    url: '',
    // Each claim looks at two records: until all have been looked at, claims must come.
    cleanUpMs: 0,
    look: async () => ({}),
    async close() {},
  }
}
