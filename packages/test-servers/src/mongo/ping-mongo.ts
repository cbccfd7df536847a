import { replicaSet } from './replica-set'
import { withMongo } from './with-mongo'

export async function pingMongo(url: string): Promise<void> {
  await withMongo(url, (client) => client.db('admin').command({ ping: 1 }))
}

/** Makes a new server the replica set that its URL names. One that was started again is it already. */
export async function initiateAndPing(url: string): Promise<void> {
  const { host } = new URL(url)
  // A member that belongs to no set yet is reached only directly.
  await withMongo(`mongodb://${host}/?directConnection=true`, async (client) => {
    const config = { _id: replicaSet, members: [{ _id: 0, host }] }
    await client
      .db('admin')
      .command({ replSetInitiate: config })
      .catch((error: { codeName?: string }) => {
        if (error.codeName !== 'AlreadyInitialized') throw error
      })
  })
  // Found by the set's name only once it has elected its primary.
  await pingMongo(url)
}
