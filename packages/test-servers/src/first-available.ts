import { NotPackaged } from './apt-install'
import type { Progress, TestServer, Unavailable } from './test-server'

/** One place that a server may come from. `start` rejects with the reason where it cannot. */
export interface ServerSource<Server extends object = Omit<TestServer, 'source'>> {
  readonly name: string
  start(progress?: Progress): Promise<Server>
}

/** Starts a server from the first source that has one; the sources after it are not touched. */
export async function firstAvailable<Server extends object>(
  sources: readonly ServerSource<Server>[],
  progress?: Progress,
): Promise<(Server & { readonly source: string }) | Unavailable> {
  const reasons: string[] = []
  let notPackaged = false
  for (const source of sources) {
    try {
      return { ...(await source.start(progress)), source: source.name }
    } catch (error) {
      notPackaged ||= error instanceof NotPackaged
      reasons.push(`${source.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return { reason: reasons.join('\n'), ...(notPackaged && { notPackaged }) }
}
