import type { Redis } from 'ioredis'
import { ratio } from '../figures/number-text'
import { renderTable } from '../figures/table'
import type { Report, Trial } from '../program'
import { isWanted } from '../race/rounds'
import { answering } from '../work/answer'
import type { KeySource } from '../work/key-source'
import type { Library } from '../work/library'
import { keysContaining, removeKeys } from './key-space'

export interface MemoryOptions {
  readonly name: string
  readonly title: string
  readonly client: Redis
  /** The first is what the others are compared to. */
  readonly libraries: readonly Library[]
  readonly keys: KeySource
}

/** What one finished record takes, as `MEMORY USAGE` counts it: everything that a first call has left behind. */
export function memory({ name, title, client, libraries, keys }: MemoryOptions): Trial {
  return {
    name,
    title,
    async run(settings): Promise<Report> {
      const records: { name: string; bytes: number; keys: string[] }[] = []
      for (const [index, library] of libraries.entries()) {
        if (index > 0 && !isWanted(library.name, settings)) continue
        settings.signal.throwIfAborted()
        settings.progress('one record of each', library.name)
        await removeKeys(client, keys.mark)
        await callOnce(library, keys)
        records.push({ name: library.name, ...(await measure(client, keys.mark)) })
      }
      await removeKeys(client, keys.mark)
      const [floor] = records
      const rows = records.map(({ name, bytes }) => [
        name,
        String(bytes),
        ratio(bytes / (floor?.bytes ?? bytes)),
      ])
      return { text: renderTable({ heading: ['', 'bytes', '× raw'], rows }), figures: records }
    },
  }
}

async function callOnce(library: Library, keys: KeySource): Promise<void> {
  const opened = await library.open()
  try {
    await opened.call(keys.next(), answering)
  } finally {
    await opened.close()
  }
}

async function measure(client: Redis, mark: string): Promise<{ bytes: number; keys: string[] }> {
  let bytes = 0
  const found: string[] = []
  for await (const keys of keysContaining(client, mark)) {
    for (const key of keys) bytes += (await client.memory('USAGE', key, 'SAMPLES', 0)) ?? 0
    found.push(...keys)
  }
  if (found.length === 0) throw new Error('the call has left no record')
  return { bytes, keys: found }
}
