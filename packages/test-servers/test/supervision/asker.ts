// A program that starts a server and never stops it: whoever runs this ends it some other way.
import { startPrivate } from '../../src/supervision/private-server'
import { startSupervised } from '../../src/supervision/supervised-server'
import { listeningServer } from './listening-server'

const starters = {
  running: () => startSupervised(listeningServer),
  async restarted() {
    const server = await startPrivate(listeningServer)
    await server.kill()
    await server.restart()
    return server
  },
  async paused() {
    const server = await startPrivate(listeningServer)
    await server.pause()
    return server
  },
}

const { url } = await starters[process.argv[2] as keyof typeof starters]()
process.stdout.write(url)
