import { arch, cpus, release, totalmem, type } from 'node:os'

/** Where and when figures were measured, without which they say nothing. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly date: string
}

export function machine(now = new Date()): Machine {
  const cores = cpus()
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    date: now.toISOString().slice(0, 10),
  }
}

/** When, and where. */
export const describeMachine = (measured: Machine): string => `${measured.date}, ${machineText(measured)}`

export function machineText({ cpu, cores, memoryGiB, system, node }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node.js ${node}`
}
