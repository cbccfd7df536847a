import { type CacheOptions, Idem, type Store } from '@idem/core'
import { PAYLOAD } from './answer'
import type { Library } from './library'

/** A store on connections of its own. */
export interface OpenedStore {
  readonly store: Store
  close(): Promise<void>
}

export interface IdemOptions {
  readonly name: string
  readonly openStore: () => Promise<OpenedStore>
  /** Whether calls come with a payload of 200 bytes, whose hash idem takes and keeps. */
  readonly fingerprint?: boolean | undefined
  readonly cache?: CacheOptions | undefined
  /**
   * How many of it, each with a store of its own, as so many processes would have; calls are dealt out among them.
   * @defaultValue 1
   */
  readonly instances?: number | undefined
}

/** The whole of idem, with its defaults. */
export function idem({ name, openStore, fingerprint, cache, instances = 1 }: IdemOptions): Library {
  const runOptions = fingerprint ? { fingerprint: PAYLOAD } : {}
  return {
    name,
    async open() {
      const stores = await Promise.all(Array.from({ length: instances }, openStore))
      const idems = stores.map(({ store }) => new Idem({ store, cache }))
      let calls = 0
      return {
        call: (key, handler) => (idems[calls++ % instances] as Idem).run(key, handler, runOptions),
        async close() {
          await Promise.all(stores.map(({ close }) => close()))
        },
      }
    },
  }
}
