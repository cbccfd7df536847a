/** What a stored key is made of, as the application gave it. */
export interface KeyParts {
  readonly namespace: string
  readonly name: string | undefined
  readonly scope: readonly string[] | undefined
  readonly key: readonly string[]
}

/** The parts of `namespace:name:scope:key`, or `undefined` for a key that was made in another way. */
export function keyParts(stored: string): KeyParts | undefined {
  const [namespace, name, scope, key, ...more] = stored.split(':')
  if (!namespace || name === undefined || scope === undefined || !key || more.length > 0) return undefined
  try {
    return {
      namespace: parts(namespace).join(),
      name: name === '' ? undefined : parts(name).join(),
      scope: scope === '' ? undefined : parts(scope),
      key: parts(key),
    }
  } catch {
    return undefined
  }
}

const parts = (level: string): string[] => level.split(',').map(decodeURIComponent)
