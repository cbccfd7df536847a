import type { ChangeStream, Collection, Document } from 'mongodb'
import { escapeText } from './escaped-text'

type OnChange = (deaf?: boolean) => void

/** After how long a stream that could not be had is asked for again, at first and at most. */
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000

/** Which changes are worth a look, in the words of change events; deletions always are. */
export type Worth = Readonly<Record<string, unknown>>

interface Listening {
  readonly stream: ChangeStream
  /** Resolves when everything is heard from then on, or nothing can be. */
  readonly placed: Promise<void>
}

/**
 * Who wants to hear of which key, on one change stream for all of them, which is open while somebody does. The driver resumes
 * it, and nothing is missed, as long as it can. When it cannot, or there is none to be had, the watchers are told that nothing
 * is heard, and it is opened anew after a pause.
 */
export class Subscriptions<Kept extends { _id: string }> {
  readonly #collection: Collection<Kept>
  readonly #pipeline: Document[]
  /** By the escaped keys. */
  readonly #watchers = new Map<string, Set<OnChange>>()
  #listening: Listening | undefined
  #isDeaf = false
  #pauseMs = FIRST_PAUSE_MS
  #again: NodeJS.Timeout | undefined

  constructor(collection: Collection<Kept>, worth: Worth) {
    this.#collection = collection
    this.#pipeline = pipelineOf(worth)
  }

  /** Resolves once every change of the document calls `onChange`, or nothing can be heard; ends when the signal aborts. */
  async add(text: string, onChange: OnChange, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const key = escapeText(text)
    const heard = (deaf?: boolean) => {
      if (!signal.aborted) onChange(deaf)
    }
    const watchers = this.#watchers.get(key) ?? new Set()
    this.#watchers.set(key, watchers.add(heard))
    signal.addEventListener('abort', () => this.#leave(key, heard), { once: true })
    if (this.#again === undefined) this.#listening ??= this.#listen()
    await this.#listening?.placed
    // Once the caller knows that its watch is placed, it hears what that is worth.
    if (this.#isDeaf) setImmediate(heard, true)
  }

  #leave(key: string, heard: OnChange): void {
    const watchers = this.#watchers.get(key)
    watchers?.delete(heard)
    if (watchers?.size === 0) this.#watchers.delete(key)
    if (this.#watchers.size > 0) return
    clearTimeout(this.#again)
    this.#again = undefined
    this.#stop()
  }

  #listen(): Listening {
    const stream = this.#collection.watch(this.#pipeline)
    const placed = new Promise<void>((resolve) => {
      const isPlaced = () => {
        resolve()
        if (this.#listening?.stream === stream) this.#hears()
      }
      // The answer to its first command has a token to resume from, or changes.
      stream.once('resumeTokenChanged', isPlaced)
      stream.on('change', (change) => {
        isPlaced()
        this.#changed(change as { readonly documentKey?: { readonly _id?: unknown } })
      })
      const lost = () => {
        if (this.#listening?.stream === stream) this.#lost()
        resolve()
      }
      stream.on('error', lost)
      stream.on('close', lost)
    })
    return { stream, placed }
  }

  #stop(): void {
    const stream = this.#listening?.stream
    this.#listening = undefined
    this.#isDeaf = false
    // If the server cannot be told, its cursor ends by itself.
    stream?.close().catch(() => {})
  }

  #changed({ documentKey }: { readonly documentKey?: { readonly _id?: unknown } }): void {
    for (const watcher of this.#watchers.get(String(documentKey?._id)) ?? []) watcher()
  }

  #hears(): void {
    this.#pauseMs = FIRST_PAUSE_MS
    if (!this.#isDeaf) return
    this.#isDeaf = false
    this.#tellAll()
  }

  #lost(): void {
    this.#stop()
    this.#isDeaf = true
    this.#tellAll(true)
    this.#again = setTimeout(() => {
      this.#again = undefined
      this.#listening ??= this.#listen()
    }, this.#pauseMs).unref()
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS)
  }

  #tellAll(deaf?: boolean): void {
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher(deaf)
  }
}

/** Why there are no change streams to be had for a collection; `undefined` if there are. */
export function whyNoChangeStreams<Kept extends { _id: string }>(
  collection: Collection<Kept>,
): Promise<string | undefined> {
  const stream = collection.watch(pipelineOf({ 'documentKey._id': null }))
  return new Promise<string | undefined>((resolve) => {
    stream.once('resumeTokenChanged', () => resolve(undefined))
    stream.on('change', () => resolve(undefined))
    stream.on('error', (error) => resolve(error.message))
    // Where there is an error, it comes after that.
    stream.on('close', () => setImmediate(resolve, 'the stream was closed'))
  }).finally(() => stream.close().catch(() => {}))
}

/** The server sends what is worth a look, and nothing of it but its key. */
function pipelineOf(worth: Worth): Document[] {
  const $or = [{ operationType: { $in: ['replace', 'delete'] } }, { operationType: 'update', ...worth }]
  return [{ $match: { $or } }, { $project: { documentKey: 1 } }]
}
