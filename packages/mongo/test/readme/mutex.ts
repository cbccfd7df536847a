import { Mutex } from '@idem/core'
import { MongoLockStore } from '@idem/mongo'
import { db } from './start'

const locks = new MongoLockStore(db)
await locks.migrate()

export const mutex = new Mutex({ store: locks })
