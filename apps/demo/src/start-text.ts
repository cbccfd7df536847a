import { randomUUID } from 'node:crypto'
import { SETTINGS, variableOf } from './settings'
import type { Running } from './start'
import type { StoreKind } from './stores/store-kind'
import { STORES } from './stores/stores'

/** What is printed when the service listens: where, what it answers, and something to try. */
export function welcomeText({ url, routes, pids, records, queue }: Running): string {
  const shown = routes.filter(({ isPartOfPage }) => !isPartOfPage)
  const width = Math.max(...shown.map(({ path, query = '' }) => path.length + query.length))
  const table = shown.map(
    ({ method, path, query = '', does }) =>
      `  ${method.padEnd(4)}  ${`${path}${query}`.padEnd(width)}  ${does}`,
  )
  const token = randomUUID()
  const who =
    pids.length === 1
      ? ''
      : `${pids.length} processes (${pids.join(', ')}) take its connections in turn; X-Process tells which one answered.\n`
  return `The shop listens on ${url}
Open it in a browser, and see all of this happen.
${who}Records are kept ${records}.
Paid orders are queued ${queue}.

${table.join('\n')}

Pay, then pay again with the same token: the card is charged once.

  curl -X POST ${url}/payment -H "Content-Type: application/json" -d '{"idempotent_token":"${token}","amount":100.50,"user_id":"user_123","description":"test"}'
  curl "${url}/gateway/charges?token=${token}"

Ctrl+C stops it; running payments finish first.
`
}

/** The answer to `--help`. */
export function helpText(): string {
  const lines = Object.entries(SETTINGS).map(
    ([name, { does, fallback }]) =>
      `  --${name.padEnd(14)} ${variableOf(name).padEnd(14)} ${does} (${fallback} unless set)`,
  )
  const servers = Object.entries<StoreKind>(STORES).flatMap(([name, { variable }]) =>
    variable === undefined
      ? []
      : `  ${''.padEnd(16)} ${variable.padEnd(14)} where the server of --store ${name} is (one is started unless set)`,
  )
  return `A small shop that can be paid twice without paying twice.

  demo [flags]     starts it
  demo storm       has one payment made in wrong ways and in right ones, with many duplicates (demo storm --help)

  ${'flag'.padEnd(16)} ${'or variable'.padEnd(14)} what it sets
${lines.join('\n')}
${servers.join('\n')}
  --help                          shows this
`
}
