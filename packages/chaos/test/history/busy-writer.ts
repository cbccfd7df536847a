// A program that writes a history without a pause, and says after each event that it is written.
import { EventLog } from '../../src/history/event-log'
import { SharedClock } from '../../src/history/shared-clock'

const [path = '', origin] = process.argv.slice(2)
const log = new EventLog(path, '0.1', new SharedClock(origin))
for (let pid = 1; ; pid++) {
  log.add({ type: 'process-began', pid })
  await new Promise((resolve) => process.stdout.write(`${pid}\n`, resolve))
}
