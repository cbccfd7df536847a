import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { EventLog } from '../../src/history/event-log'
import { LogReader } from '../../src/history/read-log'
import { SharedClock } from '../../src/history/shared-clock'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idem-event-log-'))
  path = join(folder, '0.1.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('EventLog and LogReader', () => {
  it('loses nothing of what a process had written when it is killed', { timeout: 20_000 }, async () => {
    const clock = new SharedClock()
    const writer = spawn(process.execPath, ['--import', 'tsx', 'busy-writer.ts', path, clock.origin], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let told = ''
    writer.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text
      if (told.length > 20_000) writer.kill('SIGKILL')
    })
    onTestFinished(() => void writer.kill('SIGKILL'))
    await once(writer, 'close')

    const events = new LogReader(path).next()
    const last = Number(told.slice(0, told.lastIndexOf('\n')).split('\n').at(-1))
    expect(last).toBeGreaterThan(1000)
    expect(events.length).toBeGreaterThanOrEqual(last)
    expect(events).toEqual(
      events.map((_, index) => ({
        at: expect.any(Number),
        life: '0.1',
        type: 'process-began',
        pid: index + 1,
      })),
    )
    const times = events.map(({ at }) => at)
    expect(times).toEqual(times.toSorted((one, other) => one - other))
    // The other process counts from the same moment.
    expect(times[0]).toBeGreaterThan(0)
    expect(times.at(-1)).toBeLessThan(clock.now())
  })

  it('gives each event once, however often it looks', () => {
    const log = new EventLog(path, '0.1', new SharedClock())
    const reader = new LogReader(path)
    expect(reader.next()).toEqual([])
    log.add({ type: 'process-began', pid: 1 })
    expect(reader.next()).toHaveLength(1)
    expect(reader.next()).toEqual([])
    log.add({ type: 'process-done' })
    expect(reader.next()).toMatchObject([{ life: '0.1', type: 'process-done' }])
    log.close()
  })

  it('keeps the beginning of a line until the rest is there, also when a character is cut in two', () => {
    const reader = new LogReader(path)
    const line = Buffer.from('{"at":1,"life":"ä","type":"process-done"}\n')
    const middle = line.indexOf('ä') + 1
    appendFileSync(path, line.subarray(0, middle))
    expect(reader.next()).toEqual([])
    appendFileSync(path, line.subarray(middle))
    expect(reader.next()).toEqual([{ at: 1, life: 'ä', type: 'process-done' }])
  })
})
