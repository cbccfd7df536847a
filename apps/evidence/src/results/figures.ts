/** What came of a run, under names by which the page asks for it. */
export interface Figures {
  readonly [name: string]: string | number | Figures
}

/** The figure at a path of names. @throws if there is none */
export function figureAt(figures: Figures, path: readonly string[]): string {
  let found: Figures[string] | undefined = figures
  for (const name of path) {
    const known: string[] = typeof found === 'object' ? Object.keys(found) : []
    found = typeof found === 'object' ? found[name] : undefined
    if (found === undefined) {
      throw new Error(
        `no figure ${JSON.stringify(name)} in ${path.join(' ')}; there are ${known.join(', ') || 'none'}`,
      )
    }
  }
  if (typeof found === 'object')
    throw new Error(`${path.join(' ')} is not one figure: ${Object.keys(found).join(', ')}`)
  return typeof found === 'number' ? found.toLocaleString('en', { maximumFractionDigits: 2 }) : (found ?? '')
}
