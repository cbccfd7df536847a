import type { Option, OptionTypes } from './read-options'
import { titleOf } from './read-options'

/** What stands before a table: `<!-- options: RunOptions of @idem/core, without IdemOptions -->`. */
const TABLE = /^<!-- options: (\w+) of (\S+?)(?:, without ([\w, ]+))? -->\n.*?^<!-- end of options -->$/gms

/** A document with all its tables as they should be. @throws Error if a table is of a type that is not exported */
export function withTables(document: string, types: OptionTypes): string {
  return document.replace(TABLE, (_, type: string, module: string, without: string | undefined) => {
    const of = `${titleOf(type, module)}${without === undefined ? '' : `, without ${without}`}`
    const rows = shownIn(type, module, without, types).map(row)
    return [
      `<!-- options: ${of} -->`,
      '',
      '| option | | default |',
      '|---|---|---|',
      ...rows,
      '',
      '<!-- end of options -->',
    ].join('\n')
  })
}

/** The options that no table of the document shows, as `type: option`. */
export function missingIn(document: string, types: OptionTypes): string[] {
  const shown = new Set<string>()
  for (const [, type, module, without] of document.matchAll(TABLE))
    for (const { place } of shownIn(type as string, module as string, without, types)) shown.add(place)
  return [...types].flatMap(([title, options]) =>
    options.filter(({ place }) => !shown.has(place)).map(({ name }) => `${title}: ${name}`),
  )
}

function shownIn(
  type: string,
  module: string,
  without: string | undefined,
  types: OptionTypes,
): readonly Option[] {
  const left = new Set(
    (without?.split(', ') ?? []).flatMap((name) => {
      const [found] = [...types].filter(([title]) => title.startsWith(`${name} of `))
      if (found === undefined) throw new Error(`no package exports ${name}`)
      return found[1].map(({ place }) => place)
    }),
  )
  const options = types.get(titleOf(type, module))
  if (options === undefined) throw new Error(`${module} exports no ${type}`)
  return options.filter(({ place }) => !left.has(place))
}

function row(option: Option): string {
  const { name, type, required, description } = option
  if (description === '') throw new Error(`${option.place} has no comment to be shown`)
  const what = `${inCell(description)}<br>\`${inCell(type)}\``
  return `| \`${name}\` | ${what} | ${required ? '*required*' : inCell(option.default ?? 'none')} |`
}

const inCell = (text: string): string => text.replaceAll('|', '\\|')
