import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleWorker } from '@idem/harness'
import type { WorkerOrder } from './order'
import { startWorker, type WorkerProcess } from './worker-process'

export interface Workers {
  readonly processes: readonly WorkerProcess[]
  /** Resolves when all have ended, and their file is gone. */
  stop(): Promise<void>
}

/** So many processes that work on the same store. @throws if one of them does not come to it; then there is none */
export async function startWorkers(order: Omit<WorkerOrder, 'worker'>, count: number): Promise<Workers> {
  const folder = await mkdtemp(join(tmpdir(), 'idem-bench-'))
  const processes: WorkerProcess[] = []
  const stop = async () => {
    await Promise.all(processes.map((each) => each.stop()))
    await rm(folder, { recursive: true })
  }
  try {
    const file = join(folder, 'worker.cjs')
    await bundleWorker(new URL('worker-main.ts', import.meta.url), file)
    for (let worker = 0; worker < count; worker++)
      processes.push(await startWorker(file, { ...order, worker }))
    return { processes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
