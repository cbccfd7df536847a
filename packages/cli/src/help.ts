import type { Options } from './arguments'
import type { Command } from './command'
import { PROGRAM } from './program'
import { STORE_OPTIONS } from './stores/open-store'

export function overview(commands: Readonly<Record<string, Command>>): string {
  return [
    `${PROGRAM} <command> [options]`,
    '',
    'Sees, settles and removes what idem keeps of idempotency keys.',
    '',
    ...table(Object.values(commands).map(({ usage, summary }) => [usage.replace(/ \(.*/, ' …'), summary])),
    '',
    'Where the application keeps its records:',
    ...optionLines(STORE_OPTIONS),
    '',
    'The URL is better off in IDEM_STORE: what is typed is seen by all users of the machine. NO_COLOR=1 takes colours away.',
    'Ends with 0: done, 1: could not, 2: asked for in the wrong way, 3: there is no such record.',
    '',
    `${PROGRAM} <command> --help says more.`,
  ].join('\n')
}

export function helpOf({ usage, about, options, examples }: Command): string {
  return [
    `${PROGRAM} ${usage} [options]`,
    '',
    about,
    '',
    ...optionLines(options),
    '',
    'Where the application keeps its records:',
    ...optionLines(STORE_OPTIONS),
    '',
    'Examples, with the URL in IDEM_STORE:',
    ...table(examples.map(([line, what]) => [`${PROGRAM} ${line}`, what])),
  ].join('\n')
}

const optionLines = (options: Options): string[] =>
  table(
    Object.entries(options).map(([name, { value, short, help }]) => [
      `${short ? `-${short}, ` : ''}--${name}${value ? ` <${value}>` : ''}`,
      help,
    ]),
  )

/** Two columns, of which the first is as wide as it needs to be. */
function table(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd())
}
