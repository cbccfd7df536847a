import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleWorker } from '@idem/harness'
import { grounds } from './grounds/grounds'
import type { Sample } from './look'
import type { Order, StoreName } from './order'
import { type Played, type PlayOptions, play } from './play'

export interface SoakOptions
  extends Omit<Order, 'store' | 'url'>,
    Pick<PlayOptions, 'durationMs' | 'sampleMs' | 'patienceMs' | 'signal'> {
  readonly stores: readonly StoreName[]
  readonly onSample: (store: StoreName, sample: Sample) => void
  readonly onEnding: (store: StoreName) => void
  /** The program of the load processes. @defaultValue that of this package */
  readonly load?: URL | undefined
}

/** A store that could not be soaked. */
export interface Failed {
  readonly store: StoreName
  readonly reason: string
}

const LOAD = new URL('load/main.ts', import.meta.url)

/** Soaks stores, all at once, each with a process of its own. One that fails is no reason to end the others. */
export async function soak({
  stores,
  onSample,
  onEnding,
  load = LOAD,
  ...options
}: SoakOptions): Promise<(Played | Failed)[]> {
  const directory = await mkdtemp(join(tmpdir(), 'idem-soak-'))
  try {
    const file = join(directory, 'load.cjs')
    await bundleWorker(load, file)
    return await Promise.all(
      stores.map(async (store) => {
        const { durationMs, sampleMs, patienceMs, signal, ...order } = options
        try {
          const ground = await grounds[store]()
          try {
            return await play(ground, {
              order: { store, ...order },
              file,
              durationMs,
              sampleMs,
              patienceMs,
              signal,
              onSample: (sample) => onSample(store, sample),
              onEnding: () => onEnding(store),
            })
          } finally {
            await ground.close()
          }
        } catch (error) {
          return { store, reason: error instanceof Error ? error.message : String(error) }
        }
      }),
    )
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
