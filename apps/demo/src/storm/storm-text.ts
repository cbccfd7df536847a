import type { StormReport, StormRow } from './storm-report'
import type { Wrong } from './tally'

const HEAD = ['store', 'way', 'charges', 'answers', 'wrong', 'ms', 'what went wrong']
/** Columns of numbers, which stand at the right. */
const NUMBERS = [2, 3, 4, 5]

/** The report as people read it. */
export function stormText(report: StormReport, colour: boolean): string {
  const { rows, duplicates, processes, leaseMs, slowMs } = report
  const cells = [HEAD, ...rows.map(cellsOf)]
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const lines = cells.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return NUMBERS.includes(column) ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
  const [head = '', ...body] = lines
  const painted = body.map((line, index) => paint(line, rows[index]?.right ? 32 : 31, colour))
  return [
    '',
    `${duplicates} clients ask ${processes} processes for one payment; its user makes a second one of the same amount; a third is`,
    `refused at first; the charge of the fourth takes ${slowMs} ms, where a lease or lock lasts ${leaseMs} ms.`,
    '',
    head,
    ...painted,
    '',
    ...conclusions(rows),
    '',
  ].join('\n')
}

function cellsOf(row: StormRow): string[] {
  return [
    row.store,
    row.way,
    `${row.charges} of ${row.intended}`,
    `${row.answers} of ${row.clients}`,
    String(row.wrongAnswers),
    String(row.ms),
    faults(row),
  ]
}

const WRONG: Readonly<Record<keyof Wrong, string>> = {
  otherOrder: 'got another order for the same payment',
  unpaid: 'got an order that is not paid',
  refused: 'refused',
  failedForEver: 'failed for ever',
}

/** What was not as it should be, in words. */
function faults({ stages, wrong, clients, answers, trouble }: StormRow): string {
  const kinds = Object.keys(WRONG) as (keyof Wrong)[]
  // By payment: one that is charged twice does not make up for one that is not charged at all.
  const tooMany = stages.reduce((sum, { charges, intended }) => sum + Math.max(0, charges - intended), 0)
  const unanswered = clients - answers
  return [
    ...(tooMany === 0 ? [] : [`${tooMany} charged too much`]),
    ...kinds.flatMap((kind) => (wrong[kind] === 0 ? [] : [`${wrong[kind]} ${WRONG[kind]}`])),
    ...(unanswered === 0 ? [] : [`${unanswered} without an answer (${trouble})`]),
  ].join(', ')
}

function conclusions(rows: readonly StormRow[]): string[] {
  const shown = (some: readonly StormRow[]) => some.map(({ way, store }) => `${way} on ${store}`).join(', ')
  const bad = rows.filter(({ idem, right }) => idem && !right)
  const lucky = rows.filter(({ idem, right }) => !idem && right)
  return [
    bad.length === 0
      ? "All of idem's ways charged once for each payment, and gave every client the order of its payment."
      : `These of idem's ways went wrong, which is a bug: ${shown(bad)}.`,
    ...(lucky.length === 0 ? [] : [`These did not go wrong this time: ${shown(lucky)}.`]),
  ]
}

const paint = (text: string, shade: number, colour: boolean): string =>
  colour ? `\u001b[${shade}m${text}\u001b[0m` : text
