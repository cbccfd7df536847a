import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { StoredRecord } from '@idem/core'
import type { Arguments } from '../arguments'
import type { Command } from '../command'
import { type CommandFailure, failed, misused, reasonOf } from '../failure'
import { iso } from '../records/as-json'
import { decodeText } from '../records/decode'
import { noSuchRecord } from '../records/no-such-record'
import { isOfSealed, isSealed } from '../records/sealed'
import { printable } from '../terminal/printable'
import { localAndIso, shortDuration } from '../terminal/times'

const DAY_MS = 86_400_000

export const resolve: Command = {
  usage: 'resolve <key> (--value <json> | --value-file <file> | --without-value)',
  summary: 'give a stuck key the answer that its work had',
  about:
    'For work that was done, though its record does not say so: the record becomes succeeded, and every call gets the\n' +
    'value. Only of a record that is abandoned or failed retryably. One whose attempt is alive is refused, and so is one\n' +
    'that has a final answer. An attempt that comes back late can no longer publish. What a web adapter keeps is the whole\n' +
    'response: {"status":201,"headers":[["content-type","application/json"]],"text":"{}"}; show one that succeeded.',
  options: {
    value: { value: 'json', help: 'the value, in JSON; or as show --raw prints one, tags and all' },
    'value-file': { value: 'file', help: 'the same from a file; - for standard input' },
    'without-value': { help: 'it is not known: calls get ResultUnavailableError' },
    plain: {
      help: 'store it unencrypted, beside records that are encrypted: the application has acceptPlain',
    },
    'as-text': { help: 'store the text as it is, for an application with a codec of its own' },
    retention: {
      value: 'time',
      help: "how long it is replayed, such as 24h; else 24h. Take the application's",
    },
    tombstone: { value: 'time', help: 'how long the key remains after that; else not at all' },
    json: { help: 'say what was done in JSON' },
  },
  examples: [
    [`resolve idem:charge:ada:order-1 --value '{"receipt":"r-17"}'`, ''],
    ['resolve idem:charge:ada:order-1 --value-file receipt.json --retention 7d', ''],
  ],
  async plan(typed) {
    const key = typed.key()
    const text = givenText(typed)
    const value = typed.flag('as-text') || text === undefined ? text : await checked(text)
    const [json, plain] = [typed.flag('json'), typed.flag('plain')]
    const retentionMs = typed.duration('retention') ?? DAY_MS
    const tombstoneMs = typed.duration('tombstone', 0) ?? 0
    return async ({ store, terminal, title }) => {
      if (!plain && value !== undefined && !isSealed(value) && (await isOfSealed(store, key)))
        throw unreadable(key)
      const owner = randomBytes(12).toString('base64url')
      if (!(await store.resolve({ key, owner, value, retentionMs, tombstoneMs }))) {
        throw refusal(await store.get(key), key, title)
      }
      // Asked for, rather than reckoned: it is a time of the store's clock.
      const expiresAt = (await store.get(key))?.expiresAt ?? Date.now() + retentionMs
      await terminal.print(
        json
          ? JSON.stringify({ key, resolved: true, expiresAt: iso(expiresAt) })
          : `resolved ${printable(key)}: it is replayed until ${localAndIso(expiresAt)}`,
      )
    }
  },
}

/** The text of the value; `undefined` for none. */
function givenText(typed: Arguments): string | undefined {
  const [value, file, without] = [typed.text('value'), typed.text('value-file'), typed.flag('without-value')]
  if ([value !== undefined, file !== undefined, without].filter(Boolean).length !== 1) {
    throw misused('which value? Give one of --value <json>, --value-file <file> and --without-value')
  }
  if (file === undefined) return value
  try {
    return readFileSync(file === '-' ? process.stdin.fd : file, 'utf8')
  } catch (error) {
    throw misused(`--value-file cannot be read: ${reasonOf(error)}`)
  }
}

/** @throws CommandFailure for what the application could not read */
async function checked(text: string): Promise<string> {
  const { valueError } = await decodeText(text)
  if (valueError === undefined) return JSON.stringify(JSON.parse(text))
  throw misused(
    `the value must be JSON, a text in quotes of its own ('"paid"'): ${valueError.message}. ` +
      'A property "$" marks a tag: {"$":"object","v":[["$",1]]} is an object that has one. Where the application has a codec ' +
      'of its own, add --as-text',
  )
}

function unreadable(key: string): CommandFailure {
  return failed(
    `the application of ${printable(key)} encrypts its answers, and could not read this one. Nothing was changed. Let the application ` +
      'do it (idem.resolve), or give --without-value; --plain is for one that reads both (acceptPlain)',
  )
}

function refusal(record: StoredRecord | undefined, key: string, title: string): CommandFailure {
  if (record === undefined) return noSuchRecord(key, title)
  const { state, attempt, leaseMs = 0, leaseUntil = 0 } = record
  const shown = printable(key)
  if (state === 'running') {
    return failed(
      `attempt ${attempt} of ${shown} is alive: its lease lasts another ${shortDuration(leaseMs)}, until ${localAndIso(leaseUntil)}, ` +
        'and is renewed while its process lives. Nothing was changed. If the process is dead, wait until then and try again',
    )
  }
  if (state === 'succeeded' || (state === 'failed' && !record.retryable)) {
    return failed(
      `${shown} has ${state} for good in attempt ${attempt}, and that stays. Nothing was changed. To have the work done again, forget it`,
    )
  }
  return failed(
    `${shown} has changed meanwhile, and is ${state} now. Nothing was changed: look, and try again`,
  )
}
