import { MongoClient } from 'mongodb'

/** Uses a client of its own for a moment. */
export async function withMongo<Result>(
  url: string,
  use: (client: MongoClient) => Promise<Result>,
): Promise<Result> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 })
  try {
    await client.connect()
    return await use(client)
  } finally {
    await client.close()
  }
}
