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
  readonly writeConcernError?: { readonly code: number; readonly errmsg: string }
}

/** Needs a `mongod` with `--setParameter enableTestCommands=1`, or one that always has it. */
export async function failCommand(db: Db, { times, skip, ...data }: Failing): Promise<void> {
  const mode = skip === undefined ? { times } : { skip }
  await db.client.db('admin').command({ configureFailPoint: 'failCommand', mode, data })
}
