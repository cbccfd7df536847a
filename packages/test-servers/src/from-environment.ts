import type { ServerSource } from './first-available'

/** A server that someone else runs and names in the environment. It counts only if it answers. */
export function fromEnvironment(variable: string, ping: (url: string) => Promise<void>): ServerSource {
  return {
    name: 'environment',
    async start(progress) {
      const url = process.env[variable]
      if (!url) throw new Error(`${variable} is not set`)
      try {
        await ping(url)
      } catch (error) {
        throw new Error(`${variable} is set, but nothing answers there: ${String(error)}`)
      }
      progress?.(`using the server at ${variable}`)
      return { url, stop: async () => {} }
    },
  }
}
