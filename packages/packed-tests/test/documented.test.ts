import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { documentedPrograms } from './documented-programs'
import { type EmptyProject, emptyProject } from './empty-project'

const redisUrl = inject('redisUrl')
const packages = inject('packed').map(({ name }) => name)
const documents = ['README.md', ...packages.map((name) => `${name.replace('@idem', 'packages')}/README.md`)]
const programs = documents.flatMap(documentedPrograms)

let project: EmptyProject
beforeAll(() => {
  project = emptyProject({
    programs: 'documented',
    packages: packages.filter((name) => programs.some(({ code }) => code.includes(`from '${name}'`))),
    dependencies: ['typescript@5.9.3', '@types/node@20'],
    environment: redisUrl === undefined ? {} : { REDIS_URL: redisUrl },
  })
  for (const { file, code } of programs) writeFileSync(join(project.root, `${file}.ts`), code)
  project.run('npx', 'tsc')
})
afterAll(() => project?.remove())

describe('the code in the documentation', () => {
  it.each(['README.md', 'packages/core/README.md', 'packages/redis/README.md'])('is in %s', (document) => {
    expect(documentedPrograms(document)).not.toEqual([])
  })

  for (const { title, file, promised, needsRedis } of programs) {
    it.skipIf(needsRedis && redisUrl === undefined)(
      `${title} compiles strictly, and prints what it says`,
      () => {
        expect(promised).not.toEqual([])
        const printed = project.run('node', `out/${file}.js`).split('\n')
        expect(printed).toEqual(expect.arrayContaining([...promised]))
      },
    )
  }
})
