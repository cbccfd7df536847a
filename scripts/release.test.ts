import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const read = (root: string, folder: string) =>
  JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
const isPublic = (folder: string) => read(ROOT, folder).private !== true
const folders = readdirSync(join(ROOT, 'packages')).filter(isPublic)

it('publishes each public package for all, with provenance', () => {
  expect(folders).toContain('core')
  for (const folder of folders) {
    expect(read(ROOT, folder).publishConfig, folder).toEqual({ access: 'public', provenance: true })
  }
})

it('runs nobody else’s actions but those of a commit that was looked at: a tag can be moved', () => {
  const workflows = join(ROOT, '.github/workflows')
  const used = readdirSync(workflows).flatMap((file) =>
    Array.from(
      readFileSync(join(workflows, file), 'utf8').matchAll(/uses: (?!\.\/)(.+)/g),
      ([, action]) => action,
    ),
  )
  expect(used.length).toBeGreaterThan(0)
  for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
})

function nameRepository(environment: Record<string, string>) {
  const copy = mkdtempSync(join(tmpdir(), 'idem-release-'))
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }))
  for (const folder of readdirSync(join(ROOT, 'packages'))) {
    const manifest = join('packages', folder, 'package.json')
    cpSync(join(ROOT, manifest), join(copy, manifest))
  }
  const unnamed = { GITHUB_SERVER_URL: '', GITHUB_REPOSITORY: '' }
  const env = { ...process.env, ...unnamed, ...environment }
  const script = join(ROOT, 'scripts/name-repository.mjs')
  return { copy, ...spawnSync(process.execPath, [script], { cwd: copy, env, encoding: 'utf8' }) }
}

it('says in each public package, and in no other, which repository it is released from', () => {
  const given = { GITHUB_SERVER_URL: 'https://git.test', GITHUB_REPOSITORY: 'acme/idem' }
  const { copy, status } = nameRepository(given)
  expect(status).toBe(0)
  for (const folder of folders) {
    expect(read(copy, folder)).toEqual({
      ...read(ROOT, folder),
      repository: { type: 'git', url: 'git+https://git.test/acme/idem.git', directory: `packages/${folder}` },
    })
  }
  expect(read(copy, 'test-servers')).toEqual(read(ROOT, 'test-servers'))
})

it('releases nothing by hand', () => {
  const { copy, status, stderr } = nameRepository({})
  expect(status).not.toBe(0)
  expect(stderr).toContain('.github/workflows/release.yml')
  expect(read(copy, 'core')).toEqual(read(ROOT, 'core'))
})
