import type { ServerSource } from './first-available'

/** Where a shared server may come from and a private one may not, which the reason says. */
export const neverPrivate = (variable: string): ServerSource<never>[] => [
  never('environment', `a server that ${variable} may name is shared, and not ours to kill`),
  never('Docker', 'a container cannot be killed and restarted as a process can'),
]

function never(name: string, reason: string): ServerSource<never> {
  return { name, start: () => Promise.reject(new Error(reason)) }
}
