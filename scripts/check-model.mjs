// Checks the model of the protocol with Spin, and that it notices each guard that is missing: `node scripts/check-model.mjs`.
// With arguments, only the runs whose names contain one of them. docs/model/README.md explains the columns.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MODEL = fileURLToPath(new URL('../docs/model/idem.pml', import.meta.url))
/** Of one run; without other work beside, the longest takes less than a minute. */
const LIMIT_MS = 10 * 60_000
const MEMORY_MB = 3000

const FAULTS = { CRASHES: 1, LOSSES: 1, LAPSES: 1, FAILURES: 1, LEAVES: 1 }
const three = { CALLERS: 3, ...FAULTS }
const two = { CALLERS: 2, ...FAULTS }
const all = { ...two, LATES: 1, RESOLVES: 1 }

/** What has to hold. `ends`: whether it is asked for cycles, rather than for what must not happen. */
const holds = [
  ['three callers', { ...three, LATES: 1 }],
  ['three callers, operator', { ...three, RESOLVES: 1 }],
  ['three callers, reject, operator', { ...three, LATES: 1, RESOLVES: 1, REJECT: true }],
  ['three callers, two attempts', { ...three, LATES: 1, MAX_ATTEMPTS: 2 }],
  ['three callers, faults twice', { ...three, CRASHES: 2, LOSSES: 2, LAPSES: 2, FAILURES: 2 }],
  ['two callers, faults twice', { ...two, LOSSES: 2, LAPSES: 2, FAILURES: 2, LATES: 1, RESOLVES: 1 }],
  ['two callers, two late copies', { ...two, LAPSES: 2, FAILURES: 2, LATES: 2 }],
  ['ends: three callers', { ...three, RESOLVES: 1 }, 'ends'],
  ['ends: two callers', all, 'ends'],
]

/** What has to be found: each guard that is taken out. */
const found = [
  ['BUG_FENCE_NOT_COMPARED', { ...two, LATES: 1, LEAVES: 0, LOSSES: 0, CRASHES: 0 }],
  ['BUG_LATE_OWNER', all],
  ['BUG_ANYBODY_COMPLETES', all],
  ['BUG_ANYBODY_FAILS', all],
  ['BUG_ANYBODY_RELEASES', all],
  ['BUG_FAIL_AFTER_ALL', all],
  ['BUG_LAPSE_REFUSED', all],
  ['BUG_SETTLE_RESENT', all],
  ['BUG_CLAIM_RESENT', all],
  ['BUG_RESENT_TAKES_OVER', all],
  ['BUG_LIVE_LEASE_TAKEN', all],
  ['BUG_OWN_BEGINS_AGAIN', all],
  ['BUG_OWNER_REUSED', { ...all, FAILURES: 0 }],
  ['BUG_FENCE_STAYS', all],
  ['BUG_FAILURE_NOT_SHARED', two],
  ['BUG_LOSER_CLAIMS', all],
  ['BUG_NO_LIMIT', { ...all, MAX_ATTEMPTS: 1 }],
  ['BUG_REJECT_TAKES_OVER', { ...all, REJECT: true }],
  ['BUG_RELEASE_COUNTS', two],
  ['BUG_RELEASE_CLEARS', two],
  ['BUG_RELEASE_KEEPS_FENCE', three],
  ['BUG_RESOLVES_RUNNING', all],
  ['BUG_RESOLVER_NOT_OWNER', all],
  ['BUG_WAITS_FOR_EVER', all],
  ['BUG_NEVER_PAUSES', two, 'ends'],
].map(([name, bound, ends]) => [name, { ...bound, [name]: true }, ends])

function command(folder, program, ...args) {
  const options = { cwd: folder, encoding: 'utf8', timeout: LIMIT_MS, killSignal: 'SIGKILL' }
  const { error, status, stdout, stderr } = spawnSync(program, args, options)
  if (error?.code === 'ENOENT') {
    console.error(`The model needs ${program}, which is not installed here: apt-get install spin gcc`)
    process.exit(1)
  }
  if (error) throw new Error(`${program}: ${error.message}`)
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stdout}${stderr}`)
  return stdout
}

/** Checks one bound, wholly or to the first error. */
function check(bound, ends) {
  const folder = mkdtempSync(join(tmpdir(), 'idem-model-'))
  try {
    const defines = Object.entries(bound).map(([name, value]) =>
      value === true ? `-D${name}` : `-D${name}=${value}`,
    )
    command(folder, 'spin', '-a', ...defines, MODEL)
    const kind = ends ? '-DNP' : '-DSAFETY'
    command(folder, 'gcc', '-O2', '-w', '-DCOLLAPSE', kind, `-DMEMLIM=${MEMORY_MB}`, '-o', 'pan', 'pan.c')
    const startedAt = performance.now()
    const report = command(folder, join(folder, 'pan'), ...(ends ? ['-l'] : []), '-m100000', '-w24')
    const seconds = (performance.now() - startedAt) / 1000
    const number = (pattern) => Number(pattern.exec(report)?.[1] ?? Number.NaN)
    const errors = number(/errors: (\d+)/)
    const isWhole = errors > 0 || !/not completed|too small|out of memory/.test(report)
    if (Number.isNaN(errors) || !isWhole) throw new Error(`not searched to its end:\n${report}`)
    const error = /^pan:1: (assertion violated|invalid end state|non-progress cycle)/m.exec(report)?.[1]
    return {
      errors,
      error,
      states: number(/(\d+) states, stored/),
      depth: number(/depth reached (\d+)/),
      seconds,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const SAID = {
  'assertion violated': 'found',
  'invalid end state': 'found: somebody waits for ever',
  'non-progress cycle': 'found: somebody goes round for ever',
}

const wanted = process.argv.slice(2)
const runs = [
  ...holds.map((run) => ({ run, mustFail: false })),
  ...found.map((run) => ({ run, mustFail: true })),
]
let wrong = 0
console.log(
  `${'run'.padEnd(33)}${'states'.padStart(11)}${'depth'.padStart(7)}${'seconds'.padStart(9)}  result`,
)
for (const { run, mustFail } of runs) {
  const [name, bound, ends] = run
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue
  const { errors, error, states, depth, seconds } = check(bound, ends)
  const isRight = errors > 0 === mustFail
  if (!isRight) wrong++
  const result = errors > 0 ? (SAID[error] ?? 'found') : 'holds'
  const cells = [
    states.toLocaleString('en').padStart(11),
    `${depth}`.padStart(7),
    seconds.toFixed(1).padStart(9),
  ]
  console.log(`${name.padEnd(33)}${cells.join('')}  ${result}${isRight ? '' : ', WRONG'}`)
}
if (wrong > 0) {
  console.error(`${wrong} wrong`)
  process.exit(1)
}
