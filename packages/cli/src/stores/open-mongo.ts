import { MongoStore } from '@idem/mongo'
import { MongoClient } from 'mongodb'
import { misused, reasonOf } from '../failure'
import type { OpenStore, StorePlace } from './open-store'
import { ANSWER_MS, CONNECT_MS, NAME } from './patience'

export async function openMongo(place: StorePlace): Promise<OpenStore> {
  const client = newClient(place.url)
  try {
    // The driver's own default, `test`, is where nobody's records are.
    const database = place.text('database') ?? databaseOf(place.url)
    if (!database) throw misused('which database? The URL names none: give --database')
    const collection = place.text('collection') ?? 'idem.records'
    const store = new MongoStore(client.db(database), { collection })
    await client.connect()
    return {
      store,
      title: `MongoDB at ${place.shownUrl}, collection ${collection} of ${database}`,
      close: () => client.close(),
    }
  } catch (error) {
    await client.close()
    throw error
  }
}

function newClient(url: string): MongoClient {
  try {
    return new MongoClient(url, {
      appName: NAME,
      serverSelectionTimeoutMS: CONNECT_MS,
      connectTimeoutMS: CONNECT_MS,
      socketTimeoutMS: ANSWER_MS,
    })
  } catch (error) {
    throw new TypeError(`the URL of the store cannot be used: ${reasonOf(error)}`)
  }
}

const databaseOf = (url: string): string =>
  decodeURIComponent(/^[^/]*:\/\/[^/]*\/([^?]*)/.exec(url)?.[1] ?? '')
