import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { documentedPrograms, documentsIn } from './documented-programs'
import { type EmptyProject, emptyProject } from './empty-project'

const [redisUrl, postgresUrl, mongoUrl] = [inject('redisUrl'), inject('postgresUrl'), inject('mongoUrl')]
const environment: Readonly<Record<string, string>> = {
  ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
  ...(postgresUrl !== undefined && { DATABASE_URL: postgresUrl }),
  ...(mongoUrl !== undefined && { MONGODB_URL: mongoUrl }),
}
const packages = inject('packed').map(({ name }) => name)
const documents = [
  'README.md',
  ...documentsIn('docs'),
  ...packages.map((name) => `${name.replace('@idem', 'packages')}/README.md`),
]
const programs = documents.flatMap(documentedPrograms)

let project: EmptyProject
beforeAll(() => {
  project = emptyProject({
    programs: ['documented'],
    packages: packages.filter((name) => programs.some(({ code }) => code.includes(`from '${name}'`))),
    dependencies: [
      'typescript@5.9.3',
      '@types/node@20',
      '@types/pg@8',
      '@types/express@5',
      '@opentelemetry/api@1.9',
    ],
    environment,
  })
  for (const { file, code } of programs) writeFileSync(join(project.root, `${file}.ts`), code)
  project.run('npx', 'tsc')
})
afterAll(() => project?.remove())

describe('the code in the documentation', () => {
  it.each([
    '.',
    'packages/core',
    'packages/redis',
    'packages/postgres',
    'packages/hono',
    'packages/express',
    'packages/token',
    'packages/otel',
  ])('is in the README of %s', (folder) => {
    expect(documentedPrograms(join(folder, 'README.md'))).not.toEqual([])
  })

  it.each(['create-order', 'payment-callback', 'stock', 'coupon', 'queue', 'several-services'])(
    'is in the guide to %s',
    (scenario) => {
      expect(documents).toContain(`docs/guides/${scenario}.md`)
      expect(documentedPrograms(`docs/guides/${scenario}.md`)).not.toEqual([])
    },
  )

  for (const { title, file, promised, needs } of programs) {
    it.skipIf(needs.some((name) => !(name in environment)))(
      `${title} compiles strictly, and prints what it says`,
      () => {
        expect(promised).not.toEqual([])
        const printed = project.run('node', `out/${file}.js`).split('\n')
        expect(printed).toEqual(expect.arrayContaining([...promised]))
      },
    )
  }
})
