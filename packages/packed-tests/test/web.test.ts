import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type EmptyProject, emptyProject } from './empty-project'
import { EVERY_INSTALL } from './every-install'
import { installYarn, npm, type PackageManager, pnpm } from './package-managers'

const { yarn, remove } = installYarn()
afterAll(remove)

interface Install {
  readonly manager: PackageManager
  readonly express: string
  readonly hono: string
  /** Of modules, by TypeScript. */
  readonly resolutions: readonly string[]
}

/** The first versions that are allowed of each major, and the last that there are. */
const EXPRESS = { first: ['4.17.0', '5.0.0'], last: ['4.22.3', '5.3.0'] } as const
const HONO = { first: '4.6.0', last: '4.13.19' } as const
const ALL = ['node16', 'nodenext', 'bundler'] as const

/** Each manager with one way to resolve modules, or, which takes minutes, with all of them. */
const INSTALLS: readonly Install[] = EVERY_INSTALL
  ? [
      { manager: npm, express: EXPRESS.first[0], hono: HONO.first, resolutions: ALL },
      { manager: npm, express: EXPRESS.last[0], hono: HONO.last, resolutions: ALL },
      { manager: pnpm, express: EXPRESS.first[1], hono: HONO.first, resolutions: ALL },
      { manager: yarn, express: EXPRESS.last[1], hono: HONO.last, resolutions: ALL },
    ]
  : [
      { manager: npm, express: EXPRESS.first[0], hono: HONO.first, resolutions: ['nodenext'] },
      { manager: pnpm, express: EXPRESS.first[1], hono: HONO.last, resolutions: ['bundler'] },
      { manager: yarn, express: EXPRESS.last[1], hono: HONO.last, resolutions: ['node16'] },
    ]

const PAID = '201 in run 1; 201 in run 1, replayed; 422'

it.each([
  { folder: 'express', peer: 'express', versions: EXPRESS.first },
  { folder: 'hono', peer: 'hono', versions: [HONO.first] },
])('@idem/$folder allows no earlier versions than the ones tried here', ({ folder, peer, versions }) => {
  const manifest = readFileSync(join(import.meta.dirname, '../..', folder, 'package.json'), 'utf8')
  const range: string = JSON.parse(manifest).peerDependencies[peer]
  expect(range).toBe(versions.map((version) => `^${version}`).join(' || '))
})

describe.each(INSTALLS)(
  'Express $express and Hono $hono, by $by',
  ({ manager, express, hono, resolutions }) => {
    let project: EmptyProject
    beforeAll(() => {
      project = emptyProject({
        programs: ['web'],
        packages: ['@idem/core', '@idem/express', '@idem/hono', '@idem/token'],
        dependencies: [
          `express@${express}`,
          `@types/express@${express.startsWith('4') ? '4.17.25' : '5.0.6'}`,
          `hono@${hono}`,
          'typescript@5.9.3',
          '@types/node@20.19.43',
        ],
        manager,
      })
    })
    afterAll(() => project?.remove())

    const answers = (file: string) => {
      expect(project.run(...manager.node, file)).toBe(`Express ${PAID}\nHono ${PAID}\nroute ${PAID}\n`)
    }

    for (const resolution of resolutions) {
      it(`compile strictly with moduleResolution ${resolution}, start and answer`, () => {
        project.run(...manager.tool, 'tsc', '--project', `tsconfig.${resolution}.json`)
        answers(`out/${resolution}/typed.js`)
      })

      // `jose` has ES modules only, and Plug'n'Play has no part in how Node.js 20 requires those.
      it.skipIf(resolution === 'bundler' || manager === yarn)(`answer in CommonJS of ${resolution}`, () => {
        answers(`out/${resolution}/commonjs-typed.cjs`)
      })
    }
  },
)
