import type { TestServer, Unavailable } from './test-server'

type Start = () => Promise<TestServer | Unavailable>

// Each package's global setup has a module graph of its own, but they all run in one process.
const registry = Symbol.for('@idem/test-servers')
const global: typeof globalThis & { [registry]?: Map<string, ReturnType<Start>> } = globalThis
global[registry] ??= new Map()
const running = global[registry]

/** The server of this name that some package's tests already have in this process, or a new one. */
export function sharedServer(name: string, start: Start): ReturnType<Start> {
  const server = running.get(name) ?? start()
  running.set(name, server)
  return server
}

/** Stops it for all who share it: teardowns run when every package's tests are over. */
export async function stopSharedServer(name: string): Promise<void> {
  const server = await running.get(name)
  running.delete(name)
  if (server && 'url' in server) await server.stop()
}
