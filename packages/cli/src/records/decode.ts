import { Idem, type IdemRecord, MemoryStore, type StoredRecord } from '@idem/core'

/** A store in which every key has the same record. */
class Showcase extends MemoryStore {
  readonly #record: StoredRecord

  constructor(record: StoredRecord) {
    super()
    this.#record = record
  }

  override async get(): Promise<StoredRecord> {
    return this.#record
  }
}

/** The record as the application's own `inspect` would show it, unless it has a codec of its own. */
export async function decode(record: StoredRecord): Promise<IdemRecord> {
  return (await new Idem({ store: new Showcase(record) }).inspect('any')) as IdemRecord
}

const NO_RECORD: StoredRecord = {
  key: '',
  state: 'succeeded',
  retryable: false,
  attempt: 1,
  fence: 1,
  owner: '',
  takeover: false,
  steps: [],
  createdAt: 0,
  updatedAt: 0,
  expiresAt: 0,
}

export type Decoded = Pick<IdemRecord, 'value' | 'valueError'>

/** What a text in tagged JSON stands for, or why it is none. */
export function decodeText(text: string): Promise<Decoded> {
  return decode({ ...NO_RECORD, value: text })
}
