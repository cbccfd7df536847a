import { store } from './start'

/** Once an hour, for as long as the process has anything else to do. */
setInterval(() => store.sweep().catch(console.error), 3_600_000).unref()
