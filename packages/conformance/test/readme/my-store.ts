import { MemoryLockStore, MemoryStore } from '@idem/core'

/** What the author of a store would write: here it is a store that is right already. */
export class MyStore extends MemoryStore {
  static async connect(_url: string): Promise<MyStore> {
    return new MyStore()
  }

  async close(): Promise<void> {}
}

export class MyLockStore extends MemoryLockStore {}
