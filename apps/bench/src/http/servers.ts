import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { SourceMap } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleServer } from './bundle-server'
import type { AppName } from './order'
import { type ServerProcess, startServer } from './server-process'

/** The processes of a run: each app is started when it is first asked for, and serves all trials. */
export interface Servers {
  of(app: AppName): Promise<ServerProcess>
  /** From what they run to its sources. */
  map(): Promise<SourceMap>
  /** Resolves when all have ended, and their file is gone. */
  close(): Promise<void>
}

export async function openServers(redisUrl: string): Promise<Servers> {
  const folder = await mkdtemp(join(tmpdir(), 'idem-bench-'))
  const file = join(folder, 'server.mjs')
  const started = new Map<AppName, Promise<ServerProcess>>()
  try {
    await bundleServer(file)
  } catch (error) {
    await rm(folder, { recursive: true })
    throw error
  }
  return {
    of(app) {
      const server = started.get(app) ?? startServer(file, { app, redisUrl })
      started.set(app, server)
      return server
    },
    async map() {
      return new SourceMap(JSON.parse(await readFile(`${file}.map`, 'utf8')))
    },
    async close() {
      const servers = await Promise.allSettled(started.values())
      await Promise.all(servers.map((each) => each.status === 'fulfilled' && each.value.stop()))
      await rm(folder, { recursive: true })
    },
  }
}
