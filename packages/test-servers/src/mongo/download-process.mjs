// Prints where the server lies that it has downloaded, now or earlier. It ends with its asker, who holds the other end of stdin.
import { MongoBinary } from 'mongodb-memory-server-core'

process.stdin.on('end', () => process.exit(1)).resume()

// Without a way out it is to say so at the first try.
process.env['MONGOMS_MAX_RETRIES'] ??= '1'
try {
  process.stdout.write(await MongoBinary.getPath(), () => process.exit(0))
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error), () => process.exit(1))
}
