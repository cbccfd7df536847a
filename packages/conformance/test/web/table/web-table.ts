import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { webCaseGroups } from '../../../src/web/describe-web-adapter'
import { defects, draft, type Held, type Requirement } from './requirements'

const ROOT = join(import.meta.dirname, '../../../../..')

/** Who passes them all, and the file in which that is run. */
const ADAPTERS = [
  ['`idempotent`', 'packages/conformance/test/web/idempotent.test.ts'],
  ['Hono', 'packages/hono/test/hono.test.ts'],
  ['Express 4', 'packages/express/test/express.test.ts'],
  ['Express 5', 'packages/express/test/express.test.ts'],
] as const

const contentOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** The page that says which adapter passes what: `docs/web-adapters.md`. */
export function webTable(): string {
  const tests = webCaseGroups.flatMap(({ about, cases }) => cases.map(({ name }) => `${about} ${name}`))
  const names = ADAPTERS.map(([name]) => name).join(' | ')
  for (const [name, file] of ADAPTERS) {
    const content = contentOf(file)
    if (!content.includes('describeWebAdapter(') || content.includes('without')) {
      throw new Error(`${file} does not run all of describeWebAdapter for ${name}`)
    }
  }
  return `# What every web adapter passes

<!-- Written by packages/conformance/test/web/table; \`vitest -u\` writes it anew. -->

\`describeWebAdapter\` of [\`@idem/conformance\`](../packages/conformance#prove-a-web-adapter) has ${tests.length} tests. They ask over raw
sockets, so that nothing in between makes a request or an answer better than it was, and each adapter passes all of them:
${ADAPTERS.map(([name, file]) => `[${name}](../${file})`).join(', ')}.

What they mean for a client is told in [Over HTTP](http.md).

## What the draft asks of servers

By section of
[draft-ietf-httpapi-idempotency-key-header-07](https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header-07).
What it asks of clients is for [\`idempotentFetch\`](http.md#for-the-client), and to publish how keys are used is for your API.

| section | requirement | held by |
|---|---|---|
${Object.entries(draft)
  .flatMap(([section, asked]) =>
    asked.map((each) => `| ${section} | ${each.what} | ${holders(each, tests)} |`),
  )
  .join('\n')}

## What is wrong with other middleware

| defect | impossible by |
|---|---|
${defects.map((each) => `| ${each.what} | ${holders(each, tests)} |`).join('\n')}

## All tests

${webCaseGroups
  .map(
    ({ about, cases }) =>
      `| ${about} | ${names} |\n|---|${ADAPTERS.map(() => ':-:|').join('')}\n` +
      cases.map(({ name }) => `| ${cell(name)} | ${ADAPTERS.map(() => '✓').join(' | ')} |`).join('\n'),
  )
  .join('\n\n')}
`
}

const holders = ({ held }: Requirement, tests: readonly string[]): string =>
  held.map((each) => holder(each, tests)).join('; ')

/** @throws Error if there is no such test */
function holder({ by, file }: Held, tests: readonly string[]): string {
  if (file === undefined) {
    const found = tests.find((name) => name.includes(by))
    if (found === undefined) throw new Error(`there is no test “${by}”`)
    return `*${cell(found)}*`
  }
  if (!contentOf(file).includes(by)) throw new Error(`${file} has no “${by}”`)
  return `[\`${by}\`](../${file})`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
