import type { StoredRecord } from '@idem/core'
import type { Command, Ground } from '../command'
import { failed, misused } from '../failure'
import { noSuchRecord } from '../records/no-such-record'
import { headLine, rowLine, stateOf } from '../records/row'
import { printable } from '../terminal/printable'
import { shortDuration } from '../terminal/times'

export const forget: Command = {
  usage: 'forget <key>',
  summary: 'remove a record: the next call of its key does the work again',
  about:
    'For work that was not done, and is to be done. Removes the record, its steps and its answer, whatever its state, or the\n' +
    'tombstone that it has left. It cannot be brought back. On a terminal you are asked first; elsewhere it takes --yes.',
  options: {
    yes: { short: 'y', help: 'do not ask' },
    force: { help: 'also while an attempt runs: another may then do the same work beside it' },
    json: { help: 'say what was done in JSON' },
  },
  examples: [
    ['forget idem:charge:ada:order-1', 'asks first'],
    ['forget idem:charge:ada:order-1 --yes', 'for scripts'],
  ],
  plan(typed) {
    const key = typed.key()
    const [yes, force, json] = [typed.flag('yes'), typed.flag('force'), typed.flag('json')]
    return async (ground) => {
      const { store, terminal, title } = ground
      if (!yes && !terminal.canAsk) throw misused('nobody is there to be asked: forget takes --yes here')
      const record = await store.get(key)
      refuseRunning(record, force)
      if (!yes) await ask(ground, key, record, force)
      if (!(await store.delete(key))) throw noSuchRecord(key, title)
      const was = record === undefined ? 'its tombstone' : `${stateOf(record)}, attempt ${record.attempt}`
      await terminal.print(
        json ? JSON.stringify({ key, forgotten: true }) : `forgot ${printable(key)} (${was})`,
      )
    }
  },
}

function refuseRunning(record: StoredRecord | undefined, force: boolean): void {
  if (record?.state !== 'running' || force) return
  throw failed(
    `attempt ${record.attempt} of ${printable(record.key)} is running, and holds the record for another ${shortDuration(record.leaseMs ?? 0)}. ` +
      'Were it removed now, the next call would do the same work beside it, and what this attempt comes to would be lost. ' +
      'Nothing was removed. Wait until its lease is over, or, if that is what you want, add --force',
  )
}

/** What is removed is what was shown: time passes while somebody thinks. */
async function ask(
  { store, terminal, signal }: Ground,
  key: string,
  record: StoredRecord | undefined,
  force: boolean,
): Promise<void> {
  if (record) terminal.note(`${headLine(terminal.paint)}\n${rowLine(record, Date.now(), terminal.paint)}`)
  if (!(await terminal.confirms(`${consequence(record)} Forget ${printable(key)}?`, signal))) {
    throw failed('nothing was removed')
  }
  const now = await store.get(key)
  refuseRunning(now, force)
  if (now?.state !== record?.state || now?.fence !== record?.fence) {
    throw failed(`${printable(key)} has changed while you were asked. Nothing was removed: look again`)
  }
}

function consequence(record: StoredRecord | undefined): string {
  const steps = record?.steps.length ? ' Steps that are done are done again, too.' : ''
  switch (record?.state) {
    case undefined:
      return 'There is no record. If its tombstone is left, that goes, and the next call does the work again.'
    case 'running':
      return `It RUNS NOW: the next call does the same work beside it.${steps}`
    case 'succeeded':
      return 'Its work IS DONE: the next call does it a second time.'
    case 'abandoned':
      return `Nobody knows whether its work was done: the next call does it.${steps}`
    case 'failed':
      return `The next call does its work, as attempt 1.${steps}`
  }
}
