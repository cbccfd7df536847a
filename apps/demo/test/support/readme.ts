import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** What the README has its readers type, from top to bottom. */
export const [payTwice = '', payAtOnce = '', failAndRetry = ''] = [
  ...readme.matchAll(/```sh\n([\s\S]*?)```/g),
].map(([, script]) => script)

/** What a script prints when it is typed, with the service's own address in place of the usual one. */
export async function typed(script: string, url: string, token: string): Promise<string> {
  const here = script.replaceAll('http://localhost:8080', url).replaceAll('curl ', 'curl -sS ')
  const { stdout } = await promisify(execFile)('sh', ['-ec', `uuidgen() { echo ${token}; }\n${here}`])
  return stdout
}

export async function typedAnswers(script: string, url: string, token: string) {
  return (await typed(script, url, token))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
