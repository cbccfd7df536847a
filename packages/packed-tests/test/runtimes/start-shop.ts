import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface OpenShop {
  readonly url: string
  close(): Promise<void>
}

/** Ends the command when its own input ends: when it is closed, and when this process is no more, however that came about. */
const ENDS_WITH_ITS_INPUT = `
  exec 3<&0
  "$@" 3<&- &
  pid=$!
  { cat <&3; kill "$pid"; } >/dev/null 2>&1 &
  wait "$pid"`

/**
 * Runs a command that tells which port of this machine it listens on.
 *
 * @param told - finds the port in what it has printed
 * @throws Error with what it printed, when it ends without having told one
 */
export async function startShop(
  directory: string,
  command: readonly string[],
  told = /(\d+)\D*\n/,
): Promise<OpenShop> {
  const shop = spawn('sh', ['-c', ENDS_WITH_ITS_INPUT, 'sh', ...command], { cwd: directory })
  const ended = once(shop, 'close')
  let [said, complaints] = ['', '']
  shop.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text
  })
  shop.stdout.setEncoding('utf8')
  for await (const text of shop.stdout.iterator({ destroyOnReturn: false })) {
    said += text
    const [, port] = told.exec(said) ?? []
    if (port === undefined) continue
    shop.stdout.resume()
    return {
      url: `http://127.0.0.1:${port}`,
      async close() {
        shop.stdin.end()
        await ended
      },
    }
  }
  shop.stdin.end()
  await ended
  throw new Error(`${command.join(' ')} told no port\n${said}\n${complaints}`)
}
