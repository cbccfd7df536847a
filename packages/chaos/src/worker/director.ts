import { createInterface } from 'node:readline'

/**
 * What the director of the run tells this process, a line each: when to begin, and that it may end, once it has nothing
 * left to do. It holds the other end of stdin, so that whatever ends the run ends this process too.
 */
export class Director {
  /** Resolves with the moment from which all times of the workload count. */
  readonly begins: Promise<number>
  readonly dismisses: Promise<void>

  constructor() {
    const lines = createInterface({ input: process.stdin })
    lines.on('close', () => process.exit(1))
    this.begins = new Promise((resolve) => {
      lines.on('line', (line) => {
        if (line.startsWith('begin ')) resolve(Number(line.slice('begin '.length)))
      })
    })
    this.dismisses = new Promise((resolve) => {
      lines.on('line', (line) => {
        if (line !== 'dismiss') return
        lines.removeAllListeners('close')
        resolve()
      })
    })
  }
}
