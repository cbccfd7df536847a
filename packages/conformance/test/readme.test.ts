import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'

const EXAMPLE = /<!-- (test\/readme\/\S+) -->\n```ts\n(.*?)```/gs

const read = (file: string): Promise<string> => readFile(join(import.meta.dirname, '..', file), 'utf8')

test('every example of the README is a file here, which is compiled and run', async () => {
  const readme = await read('README.md')
  const examples = [...readme.matchAll(EXAMPLE)]
  expect(examples.length).toBe(readme.split('```ts').length - 1)
  for (const [, file = '', code] of examples) expect(code).toBe(await read(file))
})

test('the example without a test runner runs, and finds nothing wrong', async () => {
  await import('./readme/failures')
  expect(process.exitCode).toBeUndefined()
})

test('the example of a simulation runs, and finds nothing wrong', { timeout: 60_000 }, async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await import('./readme/simulate')
  expect(log.mock.calls).toEqual([[expect.stringMatching(/^\d+ histories, 0 broke the promise$/)]])
  log.mockRestore()
})
