import type { ServerCommand } from '../supervision/supervise-from'
import { initiateAndPing } from './ping-mongo'
import { memberUrl, setOptions } from './replica-set'

/** What runs a mongod that listens here only and keeps its files in its folder. */
export function mongodCommand(
  command: string,
  directory: string,
  port: number,
  args: readonly string[] = [],
): ServerCommand {
  const network = ['--bind_ip', '127.0.0.1', '--port', String(port), '--nounixsocket']
  return {
    url: memberUrl(port),
    command,
    args: [...setOptions, '--dbpath', directory, ...network, ...args],
    // A primary that is asked to go first waits for clients; its data is not worth that.
    stopSignal: 'SIGKILL',
    ping: initiateAndPing,
  }
}
