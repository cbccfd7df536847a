// A program that keeps a stopped process, and ends neither: whoever runs this ends it some other way.
import { spawn } from 'node:child_process'
import { Keeper } from '../../src/fleet/keeper'

const keeper = new Keeper()
const { pid = 0 } = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
keeper.began(pid)
process.kill(pid, 'SIGSTOP')
process.stdout.write(JSON.stringify({ pid, directory: keeper.directory }))
