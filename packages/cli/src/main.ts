#!/usr/bin/env node
import { run } from './run'

/** What shells expect of who was ended by a signal. */
const ENDED_BY = { SIGINT: 130, SIGTERM: 143 } as const

const controller = new AbortController()
let endedBy: keyof typeof ENDED_BY | undefined
for (const signal of Object.keys(ENDED_BY) as (keyof typeof ENDED_BY)[]) {
  // Once: the second one ends the process as it always does.
  process.once(signal, () => {
    endedBy = signal
    controller.abort()
  })
}
// Who reads has read enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const [, , ...typed] = process.argv
const { stdin: input, stdout: output, stderr: errors, env } = process
const code = await run(typed, { input, output, errors, env }, controller.signal)
// To be ended is what a watch is for.
process.exitCode = endedBy === undefined || typed[0] === 'watch' ? code : ENDED_BY[endedBy]
// What was given up still holds a connection.
if (endedBy !== undefined) setTimeout(() => process.exit(), 1_000).unref()
