import { createHash } from 'node:crypto'
import { link, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  composeStore,
  Idem,
  MemoryLockStore,
  type RecordData,
  type Repository,
  type RepositoryQuery,
} from '@idem/core'

/** A folder for each key, and in it a file for each version of its record, named by its number. */
export class FileRepository implements Repository {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  get(key: string) {
    return this.#read(this.#folder(key))
  }

  create(key: string, record: RecordData) {
    return this.#write(key, 1, record)
  }

  async update(key: string, expectedVersion: string | number | bigint, record: RecordData) {
    const version = Number(expectedVersion)
    const written = await this.#write(key, version + 1, record)
    // Its name stays: it refuses whoever comes late, and takes no room.
    if (written) await truncate(join(this.#folder(key), String(version)))
    return written
  }

  async list({ prefix, limit, cursor = '' }: RepositoryQuery) {
    const records: RecordData[] = []
    for (const name of (await readdir(this.#root)).sort()) {
      const found = name > cursor ? await this.#read(join(this.#root, name)) : undefined
      if (!found?.record.key.startsWith(prefix)) continue
      records.push(found.record)
      if (records.length === limit) return { records, cursor: name }
    }
    return { records }
  }

  async #read(folder: string) {
    for (;;) {
      const names = (await readdir(folder).catch(nothingIf('ENOENT'))) ?? []
      const version = Math.max(0, ...names.filter((name) => /^\d+$/.test(name)).map(Number))
      if (version === 0) return undefined
      const text = await readFile(join(folder, String(version)), 'utf8')
      // Empty: between the two reads somebody has written the next one.
      if (text !== '') return { record: JSON.parse(text) as RecordData, version }
    }
  }

  /** A file appears under its name whole, in one step, and only if there is none: of all who try, one is first. */
  async #write(key: string, version: number, record: RecordData) {
    const folder = this.#folder(key)
    const draft = join(folder, `${crypto.randomUUID()}.draft`)
    await mkdir(folder, { recursive: true })
    await writeFile(draft, JSON.stringify(record))
    try {
      const taken = await link(draft, join(folder, String(version))).then(() => 'no', nothingIf('EEXIST'))
      return taken === 'no'
    } finally {
      await rm(draft)
    }
  }

  #folder(key: string) {
    return join(this.#root, createHash('sha256').update(key).digest('hex'))
  }
}

/** What does not fit is thrown on: a write of which nobody knows whether it took effect must not give `false`. */
function nothingIf(code: string) {
  return (error: NodeJS.ErrnoException): undefined => {
    if (error.code !== code) throw error
  }
}

const folder = await mkdtemp(join(tmpdir(), 'idem-'))
const store = composeStore({ repository: new FileRepository(folder), lock: new MemoryLockStore() })
const idem = new Idem({ store })

let runs = 0
const work = () => idem.run('order-1', async () => `run ${++runs}`)
const answers = await Promise.all([work(), work()])
console.log(answers) // [ 'run 1', 'run 1' ]

// Another process, which finds what the first one has left.
const later = new Idem({
  store: composeStore({ repository: new FileRepository(folder), lock: new MemoryLockStore() }),
})
console.log(await later.run('order-1', async () => 'run again')) // run 1
await rm(folder, { recursive: true })
