import { describe, expect, inject, it } from 'vitest'
import { names, observed } from '../commands'
import { accounts } from './accounts'

const book = accounts()
const { own, process, deposit } = book

describe.skipIf(inject('mongoUrl') === undefined)('a transaction', () => {
  it('takes two commands more than the same transaction without it, and no commit', async () => {
    const seen = observed(own)
    const idem = process(seen.db)
    const first = await seen.during(() => idem.transaction(book.key, deposit(10, seen.db)))
    expect(names(first)).toEqual(['findAndModify', 'findAndModify', 'update', 'commitTransaction'])
    const [claim, , , commit] = first
    expect(claim?.command).toMatchObject({ autocommit: false, readConcern: { level: 'snapshot' } })
    expect(commit?.command).toMatchObject({ writeConcern: { w: 'majority', j: true, wtimeout: 5000 } })
    const replay = await seen.during(() => idem.transaction(book.key, deposit(10, seen.db)))
    expect(names(replay)).toEqual(['findAndModify', 'commitTransaction'])
  })
})
