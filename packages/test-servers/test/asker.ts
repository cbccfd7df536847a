// A program that starts a server and never stops it: whoever runs this ends it some other way.
import { startSupervised } from '../src/supervised-server'
import { listeningServer } from './listening-server'

const { url } = await startSupervised(listeningServer)
process.stdout.write(url)
