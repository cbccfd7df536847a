import { Idem } from '@idem/core'
import { MongoStore } from '@idem/mongo'
import { MongoClient } from 'mongodb'

export const client = new MongoClient(process.env['MONGODB_URL'] ?? 'mongodb://127.0.0.1:27017')
export const db = client.db('shop')

const store = new MongoStore(db)
await store.migrate()

export const idem = new Idem({ store })
