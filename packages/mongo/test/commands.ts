import type { CommandStartedEvent, Db, MongoClientOptions } from 'mongodb'
import type { Database } from './database'

/** A client that notes the commands it sends. */
export function observed(database: Database, options: MongoClientOptions = {}) {
  const db: Db = database.open({ ...options, monitorCommands: true })
  let sent: CommandStartedEvent[] = []
  db.client.on('commandStarted', (event) => sent.push(event))
  return {
    db,
    /** The commands that are sent while `act` runs, but for those with which a driver looks after itself. */
    async during(act: () => Promise<unknown>): Promise<readonly CommandStartedEvent[]> {
      sent = []
      await act()
      return sent.filter(({ commandName }) => commandName !== 'endSessions')
    },
  }
}

export const names = (commands: readonly CommandStartedEvent[]): string[] =>
  commands.map(({ commandName }) => commandName)
