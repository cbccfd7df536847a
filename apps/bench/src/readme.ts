import type { Plot } from './program'

/** A plot as the README shows it, from where plots are written to. */
export const pictureOf = ({ name }: Plot, title: string): string => `![${title}](../../docs/${name}.svg)`

/** The comments between which a program's tables stand in a document. */
const edges = (program: string) => ({ from: `<!-- bench:${program} -->`, to: `<!-- /bench:${program} -->` })

/**
 * The document with the text in the program's place; the rest of it stays as it is.
 *
 * @throws if the document has no such place, or more than one
 */
export function withTables(document: string, program: string, text: string): string {
  const { from, to } = edges(program)
  const [before, between, ...more] = document.split(from)
  const [, after, ...rest] = between?.split(to) ?? []
  if (after === undefined || more.length > 0 || rest.length > 0) {
    throw new Error(`the README needs one place for ${program}: ${from} … ${to}`)
  }
  return `${before}${from}\n\n${text.trim()}\n\n${to}${after}`
}
