import { inspect } from 'node:util'
import type { StoredRecord } from '@idem/core'
import type { Command } from '../command'
import { failed } from '../failure'
import { recordAsJson } from '../records/as-json'
import { decode, decodeText } from '../records/decode'
import { keyParts } from '../records/key-parts'
import { meaningOf } from '../records/meaning'
import { noSuchRecord } from '../records/no-such-record'
import { stateOf } from '../records/row'
import { printable, printableLines } from '../terminal/printable'
import { LOOK_OF_STATE, type Paint } from '../terminal/style'
import type { Terminal } from '../terminal/terminal'
import { localAndIso, shortDuration } from '../terminal/times'

export const show: Command = {
  usage: 'show <key>',
  summary: 'everything that is kept of one key, and what it means',
  about:
    'Shows a record with its value, failure and steps, and says what callers of the key get and what can be done.\n' +
    'Changes nothing. Values may be personal data: mind who looks on.',
  options: {
    raw: { help: 'value, failure and steps as they are stored' },
    value: { help: 'nothing but the value' },
    json: { help: 'as JSON; values in the tagged JSON that they are kept in' },
  },
  examples: [
    ['show idem:charge:ada:order-1', ''],
    ['show idem:charge:ada:order-1 --value --raw > value.json', 'what resolve --value-file takes'],
  ],
  plan(typed) {
    const key = typed.key()
    const [raw, json, onlyValue] = [typed.flag('raw'), typed.flag('json'), typed.flag('value')]
    return async ({ store, terminal, title }) => {
      const record = await store.get(key)
      if (record === undefined) throw noSuchRecord(key, title)
      if (json) return terminal.print(JSON.stringify(recordAsJson(record)))
      if (!onlyValue) return printRecord(record, raw, terminal)
      if (record.value === undefined) throw failed(`${printable(key)} has no value: it is ${stateOf(record)}`)
      await terminal.print(await shownText(record.value, raw, terminal))
    }
  },
}

async function printRecord(record: StoredRecord, raw: boolean, terminal: Terminal): Promise<void> {
  const { paint } = terminal
  const field = (name: string, text: string) =>
    terminal.print(`${paint('bold', name.padEnd(12))}${text.replaceAll('\n', `\n${' '.repeat(12)}`)}`)
  await field('key', printable(record.key))
  const parts = keyParts(record.key)
  if (parts !== undefined) {
    for (const [name, part] of Object.entries(parts)) {
      if (part !== undefined) await field(`  ${name}`, printable(partsShown(part)))
    }
  }
  const takeover = record.takeover ? ', a takeover of an abandoned one' : ''
  await field('state', paint(LOOK_OF_STATE[record.state], stateOf(record)))
  await field('attempt', `${record.attempt}${takeover}`)
  await field('owner', printable(record.owner))
  await field('fence', String(record.fence))
  await field('fingerprint', record.fingerprint === undefined ? 'none' : printable(record.fingerprint))
  for (const [name, text] of timesOf(record)) await field(name, text)
  if (record.state === 'succeeded') await field('value', await shownText(record.value, raw, terminal))
  if (record.failure !== undefined) await field('failure', await shownFailure(record, raw, paint))
  for (const { name, value } of record.steps) {
    await field('step', `${printable(name)}: ${await shownText(value, raw, terminal)}`)
  }
  const { means, actions } = meaningOf(record)
  await terminal.print(`\n${printable(means)}`)
  for (const action of actions) await terminal.print(`  - ${printable(action)}`)
}

/** Several parts as a list: any of them may have commas in it. */
function partsShown(part: string | readonly string[]): string {
  const parts = [part].flat()
  return parts.length === 1 ? (parts[0] as string) : JSON.stringify(parts)
}

function timesOf(record: StoredRecord): (readonly [name: string, time: string])[] {
  const { createdAt, updatedAt, leaseUntil, expiresAt, leaseMs } = record
  const left = leaseMs === undefined ? '' : `  ${shortDuration(leaseMs)} left`
  return [
    ['created', localAndIso(createdAt)],
    ['changed', localAndIso(updatedAt)],
    ...(leaseUntil === undefined ? [] : [['lease until', localAndIso(leaseUntil) + left] as const]),
    ['expires', Number.isFinite(expiresAt) ? localAndIso(expiresAt) : 'never'],
  ]
}

/** As it was before it was stored; where the application has a codec of its own, as it is. */
async function shownText(
  text: string | undefined,
  raw: boolean,
  { isLive, paint }: Terminal,
): Promise<string> {
  if (text === undefined) return 'omitted: it could not be kept'
  if (raw) return isLive ? printable(text) : text
  const { value, valueError } = await decodeText(text)
  if (valueError) return `${printable(text)}\n(not tagged JSON: the application has a codec of its own)`
  const colors = paint('bold', '') !== ''
  const shown = inspect(value, {
    depth: null,
    maxArrayLength: null,
    maxStringLength: null,
    colors,
    breakLength: 100,
  })
  return printableLines(shown)
}

async function shownFailure(record: StoredRecord, raw: boolean, paint: Paint): Promise<string> {
  if (raw) return printable(record.failure ?? '')
  const { failure } = await decode(record)
  if (failure === undefined) return 'unknown'
  const { name, message, code, details } = failure
  const told = `${paint('red', printable(name))}: ${printable(message)}`
  const withCode = code === undefined ? told : `${told}\ncode ${printable(String(code))}`
  return details === undefined
    ? withCode
    : `${withCode}\ndetails ${printableLines(inspect(details, { depth: null }))}`
}
