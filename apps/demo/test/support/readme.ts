import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** What the README has its readers type under a heading. */
function under(heading: string): string {
  const [, section = ''] = readme.split(new RegExp(`^#{2,3} ${heading}$`, 'm'))
  const [, script] = /```sh\n([\s\S]*?)```/.exec(section) ?? []
  if (script === undefined) throw new Error(`the README has nothing to type under ${heading}`)
  return script
}

export const payTwice = under('Pay twice')
export const createOrder = under('Create an order')
export const paymentCallback = under('Payment callback')
export const stock = under('Stock')
export const coupon = under('Coupon')
export const queue = under('Queue')
export const checkout = under('One request, several services')
export const payAtOnce = under('Several processes, one charge')
export const failAndRetry = under('Fail, and try again')

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
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
