import type { TestServer, Unavailable } from './test-server'

/** One place that a server may come from. `start` rejects with the reason where it cannot. */
export interface ServerSource {
  readonly name: string
  start(): Promise<Omit<TestServer, 'source'>>
}

/** Starts a server from the first source that has one; the sources after it are not touched. */
export async function firstAvailable(sources: readonly ServerSource[]): Promise<TestServer | Unavailable> {
  const reasons: string[] = []
  for (const source of sources) {
    try {
      return { ...(await source.start()), source: source.name }
    } catch (error) {
      reasons.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { reason: reasons.join('\n') }
}
