const LONGEST = 90

/** A change of the sources as a line of the table of docs/mutation.md: file, what stood there, what stands there. */
export function asRow(file, source, { location, replacement }) {
  const [, name, , ...path] = file.split('/')
  const original = textBetween(source.split('\n'), location)
  return `| ${[`${name}/${path.join('/')}`, original, replacement].map(asCode).join(' | ')} |`
}

/** The changes that a document explains, without the last column: why nobody can tell. */
export function explainedRows(document) {
  const rows = document.split('\n').filter((line) => line.startsWith('| `'))
  return new Rows(rows.map((row) => row.replace(/(?<!\\)\|[^|]*\|\s*$/, '|')))
}

/** The same change in the same words may be there more than once. */
class Rows {
  #counts = new Map()

  constructor(rows) {
    for (const row of rows) this.#counts.set(row, (this.#counts.get(row) ?? 0) + 1)
  }

  /** Takes one such row; false if there is none, or none left. */
  delete(row) {
    const count = this.#counts.get(row) ?? 0
    this.#counts.set(row, count - 1)
    return count > 0
  }
}

function textBetween(lines, { start, end }) {
  const text = lines.slice(start.line - 1, end.line)
  text[text.length - 1] = text.at(-1).slice(0, end.column - 1)
  text[0] = text[0].slice(start.column - 1)
  return text.join('\n')
}

function asCode(text) {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const short = line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
  const code = short.replaceAll('|', '\\|')
  return code.includes('`') ? `\`\` ${code} \`\`` : `\`${code}\``
}
