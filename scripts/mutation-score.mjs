// Mutation testing with StrykerJS: `node scripts/mutation-score.mjs core/engine hono`. docs/mutation.md says more.
// Each argument is a package, or a folder of its sources; `core/.` are the files beside the folders. Without any: see `USUAL`.
//   --json <file>      the scores, as an object
//   --concurrency <n>  how many mutants are tested at once; 2 unless said otherwise
// Works in a copy of the last commit, in a temporary folder that is removed afterwards.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { asRow, explainedRows } from './mutation/explained.mjs'
import { EXPLAINED, strykerOptions, testsOf, USUAL, vitestConfig } from './mutation/settings.mjs'

const HERE = fileURLToPath(new URL('..', import.meta.url))
/** What is known of mutants whose source and tests have not changed since. */
const KNOWN = join(HERE, 'node_modules/.cache/mutation')
const STATUSES = ['Killed', 'Timeout', 'Survived', 'NoCoverage']

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' }, concurrency: { type: 'string', default: '2' } },
  allowPositionals: true,
})
const targets = positionals.length > 0 ? positionals : USUAL

const { packageManager } = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'))
const clone = mkdtempSync(join(tmpdir(), 'idem-mutation-'))
let child
let interrupted = false
// What runs is told too, and ends; the copy is then removed.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true
    child?.kill(signal)
  })
}

async function run(command, ...args) {
  if (interrupted) throw new Error('interrupted')
  child = spawn(command, args, { cwd: clone, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  return code === 0
}

async function must(command, ...args) {
  if (!(await run(command, ...args))) throw new Error(`${command} ${args.join(' ')} failed`)
}

/** Runs Stryker over one package or folder, and gives its report of files. */
async function mutate(target) {
  const known = join(KNOWN, `${target.replaceAll('/', '-')}.json`)
  writeFileSync(join(clone, 'vitest.mutation.config.ts'), vitestConfig(testsOf(target)))
  writeFileSync(
    join(clone, 'stryker.config.json'),
    JSON.stringify(strykerOptions(target, { concurrency: Number(values.concurrency), known })),
  )
  await must('node', 'node_modules/@stryker-mutator/core/bin/stryker.js', 'run')
  return JSON.parse(readFileSync(join(clone, 'reports/mutation/mutation.json'), 'utf8')).files
}

/** `packages/core/src/engine/pause.ts` is of `core/engine`, and `packages/core/src/idem.ts` of `core`. */
function folderOf(file) {
  const [, name, , folder, ...rest] = file.split('/')
  return rest.length > 0 ? `${name}/${folder}` : name
}

const mutants = []
try {
  mkdirSync(KNOWN, { recursive: true })
  await must('git', 'clone', '--quiet', '--depth', '1', `file://${HERE}`, '.')
  const install = ['-y', packageManager, 'install', '--frozen-lockfile', '--reporter=silent']
  if (!(await run('npx', ...install, '--offline'))) await must('npx', ...install)
  for (const target of targets) {
    for (const [file, { source, mutants: ofFile }] of Object.entries(await mutate(target))) {
      for (const mutant of ofFile) mutants.push({ ...mutant, file, row: asRow(file, source, mutant) })
    }
  }
} finally {
  rmSync(clone, { recursive: true, force: true })
}

const explained = explainedRows(readFileSync(join(HERE, 'docs/mutation.md'), 'utf8'))
const unexplained = mutants
  .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
  .filter(({ row }) => !explained.delete(row))
for (const { file, location, mutatorName, status, row } of unexplained) {
  console.log(`${status}: ${file}:${location.start.line}:${location.start.column} ${mutatorName}\n  ${row}`)
}

const summary = {}
for (const folder of new Set(mutants.map(({ file }) => folderOf(file)))) {
  const [killed, timeout, survived, noCoverage] = STATUSES.map(
    (status) =>
      mutants.filter((mutant) => mutant.status === status && folderOf(mutant.file) === folder).length,
  )
  const judged = killed + timeout + survived + noCoverage
  const score = judged === 0 ? 100 : Math.round((1000 * (killed + timeout)) / judged) / 10
  summary[folder] = { score, mutants: judged, killed, timeout, survived, noCoverage }
  const counts = `killed ${killed}, timeout ${timeout}, survived ${survived}, no coverage ${noCoverage}`
  console.log(`${folder}: ${score.toFixed(1)} % of ${judged} (${counts})`)
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(summary, null, 2)}\n`)
const owed = unexplained.filter(({ file }) => EXPLAINED.includes(folderOf(file)))
if (owed.length > 0) {
  console.log(
    `${owed.length} in ${EXPLAINED.join(', ')} that no test noticed: kill them, or explain them in docs/mutation.md`,
  )
  process.exitCode = 1
}
