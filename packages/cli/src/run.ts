import { Arguments, type Options } from './arguments'
import type { Command } from './command'
import { forget } from './commands/forget'
import { ls } from './commands/ls'
import { resolve } from './commands/resolve'
import { show } from './commands/show'
import { sweep } from './commands/sweep'
import { watch } from './commands/watch'
import { CommandFailure, EXIT, misused, reasonOf } from './failure'
import { helpOf, overview } from './help'
import { endedSoon } from './interrupted'
import { PROGRAM } from './program'
import { chooseStore, STORE_OPTIONS } from './stores/open-store'
import { printable } from './terminal/printable'
import { type Streams, Terminal } from './terminal/terminal'

const COMMANDS: Readonly<Record<string, Command>> = { ls, show, resolve, forget, sweep, watch }

const HELP: Options = { help: { short: 'h', help: 'what it does, and how' } }

/** Runs what was typed. Never rejects. @returns the code to end with */
export async function run(typed: readonly string[], streams: Streams, signal: AbortSignal): Promise<number> {
  const terminal = new Terminal(streams)
  try {
    await endedSoon(runCommand(typed, terminal, streams.env, signal), signal)
    return EXIT.done
  } catch (error) {
    terminal.note(`idem: ${reasonOf(error).split('\n').map(printable).join('\n')}`)
    return error instanceof CommandFailure ? error.exitCode : EXIT.failed
  }
}

async function runCommand(
  [name, ...rest]: readonly string[],
  terminal: Terminal,
  env: Streams['env'],
  signal: AbortSignal,
): Promise<void> {
  if (name === 'help' || name === '--help' || name === '-h') return terminal.print(overview(COMMANDS))
  if (name === undefined) throw misused(`which command?\n\n${overview(COMMANDS)}`)
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    throw misused(
      `there is no command ${JSON.stringify(name)}; there are ${Object.keys(COMMANDS).join(', ')}`,
    )
  }
  try {
    const args = new Arguments(rest, { ...STORE_OPTIONS, ...command.options, ...HELP })
    if (args.flag('help')) return terminal.print(helpOf(command))
    const choice = chooseStore(args, env)
    const job = await command.plan(args)
    const reason = (error: unknown) => choice.secrets.without(reasonOf(error))
    const opened = await choice.open()
    try {
      await job({ ...opened, terminal, signal, reasonOf: reason })
    } catch (error) {
      throw error instanceof CommandFailure ? error : new CommandFailure(reason(error), EXIT.failed)
    } finally {
      await opened.close()
    }
  } catch (error) {
    if (!(error instanceof CommandFailure) || error.exitCode !== EXIT.usage) throw error
    throw misused(`${error.message}\n${PROGRAM} ${name} --help says how it is used`)
  }
}
