import type { Db } from 'mongodb'

/** How a server is to fail commands of clients of an `appName`. */
export interface Failing {
  readonly failCommands: readonly string[]
  readonly appName: string
  /** How many fail; or how many do not before all others do. */
  readonly times?: number
  readonly skip?: number
  readonly errorCode?: number
  readonly errorLabels?: readonly string[]
  readonly closeConnection?: boolean
  /** They are only late. */
  readonly blockTimeMS?: number
  readonly writeConcernError?: { readonly code: number; readonly errmsg: string }
}

/** Needs a `mongod` with `--setParameter enableTestCommands=1`, or one that always has it. */
export async function failCommand(db: Db, { times, skip, ...rest }: Failing): Promise<void> {
  const mode = skip === undefined ? { times } : { skip }
  const data = { ...rest, blockConnection: rest.blockTimeMS !== undefined }
  await db.client.db('admin').command({ configureFailPoint: 'failCommand', mode, data })
}
