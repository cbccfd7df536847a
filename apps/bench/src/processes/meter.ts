import { readdir, readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { isHere } from '../is-here'

/** Counts time of processors. */
export interface Meter {
  /** The processes of the server; or, where those cannot be told, all of the machine. */
  readonly counts: 'the server' | 'the machine'
  /** In µs, since some moment. */
  read(): Promise<number>
}

/** A process and all that have come of it, those too that have ended by now: as databases have a process a connection. */
export function processMeter(pid: number): Meter {
  return {
    counts: 'the server',
    async read() {
      const all = await Promise.all((await readdir('/proc')).filter(isNumber).map(Number).map(statusOf))
      const living = all.filter((status) => status !== undefined)
      const counted = living.filter((each) => each.pid === pid)
      // It grows while it is gone through.
      for (const { pid } of counted) counted.push(...living.filter(({ parent }) => parent === pid))
      if (counted.length === 0) throw new Error(`there is no process ${pid}`)
      return counted.reduce((sum, { micros }) => sum + micros, 0)
    },
  }
}

/** All that this machine does. */
export const machineMeter: Meter = {
  counts: 'the machine',
  read: async () =>
    cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) * 1000, 0),
}

/** That of a server which says what process it is, if it is one of this machine by a name like this. */
export async function meterOf(url: string, pid: number | undefined, name: RegExp): Promise<Meter> {
  const status = pid !== undefined && isHere(url) ? await statusOf(pid) : undefined
  return status && name.test(status.name) ? processMeter(status.pid) : machineMeter
}

export interface Status {
  readonly pid: number
  readonly name: string
  readonly parent: number
  /** What it has used, and those that it had and that have ended. */
  readonly micros: number
}

/** Linux counts in hundredths of a second, on all processors that Node.js runs on. */
const TICK_MICROS = 10_000

/** Nothing of a process that there is not, and nowhere but on Linux. */
export async function statusOf(pid: number): Promise<Status | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined)
  // The name may hold anything, parentheses too.
  const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(text ?? '') ?? []
  if (name === undefined || rest === undefined) return undefined
  const fields = rest.split(' ').map(Number)
  const ticks = fields.slice(11, 15).reduce((sum, each) => sum + each, 0)
  return { pid, name, parent: fields[1] ?? 0, micros: ticks * TICK_MICROS }
}

const isNumber = (name: string): boolean => /^\d+$/.test(name)
