import type { Connection, Statement } from './connection'

/** What the statement tells. */
interface Settings {
  readonly fsync: string
  readonly full_page_writes: string
  readonly synchronous_commit: string
  readonly unlogged: boolean | null
}

const FORGETS = 'a crash of the server may forget records, and what was forgotten runs again'

/** What of the server's set-up endangers records, one sentence each. */
export async function diagnose(
  connection: Connection,
  statement: Statement,
  table: string,
): Promise<readonly string[]> {
  const [found] = await connection.run<Settings>('read its settings', statement, [table])
  if (found === undefined) return []
  const warnings: string[] = []
  if (found.fsync === 'off') warnings.push(`fsync is off: ${FORGETS}`)
  if (found.full_page_writes === 'off') warnings.push(`full_page_writes is off: ${FORGETS}`)
  if (found.synchronous_commit === 'off') warnings.push(`synchronous_commit is off: ${FORGETS}`)
  if (found.unlogged === true) warnings.push(`the table ${table} is unlogged: ${FORGETS}`)
  return warnings
}
