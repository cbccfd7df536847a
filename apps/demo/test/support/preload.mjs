// Loaded before the programs that tests run in processes of their own.

// The test holds the other end: killed outright, it takes the service along. Processes that the service starts end
// with it, and leave the input alone.
if (process.env['NODE_UNIQUE_ID'] === undefined) {
  process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL')).resume()
  process.stdin.unref()
}
