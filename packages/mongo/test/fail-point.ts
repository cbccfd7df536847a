import type { Db } from 'mongodb'

/** How a server is to fail commands of clients of an `appName`. */
export interface Failing {
  readonly failCommands: readonly string[]
  readonly appName: string
  readonly times: number
  readonly errorCode?: number
  readonly errorLabels?: readonly string[]
  readonly closeConnection?: boolean
  readonly writeConcernError?: { readonly code: number; readonly errmsg: string }
}

/** Needs a `mongod` with `--setParameter enableTestCommands=1`, or one that always has it. */
export async function failCommand(db: Db, { times, ...data }: Failing): Promise<void> {
  await db.client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times }, data })
}
