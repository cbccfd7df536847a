/** Rows of text under a heading; the first column names what the row is about. */
export interface Table {
  readonly heading: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** As Markdown, its columns aligned: the same text can be read in a terminal and stand in a document. */
export function renderTable({ heading, rows }: Table): string {
  const lines = [heading, ...rows].map((line) => heading.map((_, column) => cell(line[column] ?? '')))
  const widths = heading.map((_, column) =>
    Math.max(...lines.map((line) => width(line[column] ?? '')), MIN_WIDTH),
  )
  const [first, ...rest] = lines.map((line) => row(line, widths, ' '))
  const rule = row(
    widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)),
    widths,
    ' ',
  )
  return [first, rule, ...rest].join('\n')
}

/** Markdown asks for three dashes under a heading. */
const MIN_WIDTH = 3

function row(cells: readonly string[], widths: readonly number[], blank: string): string {
  const padded = cells.map((text, column) => {
    const missing = blank.repeat((widths[column] ?? 0) - width(text))
    return column === 0 ? text + missing : missing + text
  })
  return `| ${padded.join(' | ')} |`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function width(text: string): number {
  return [...text].length
}
