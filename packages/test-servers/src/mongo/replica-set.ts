/** Transactions and change streams need a replica set, if only of one. */
export const replicaSet = 'idem'

/** What every server of ours is started with; test commands are what lets it be told to fail (`failCommand`). */
export const setOptions: readonly string[] = [
  ...['--replSet', replicaSet],
  ...['--setParameter', 'enableTestCommands=1'],
]

export function memberUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/?replicaSet=${replicaSet}`
}
