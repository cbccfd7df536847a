import type { Store, StoredRecord } from '@idem/core'

/** What texts begin with that `encryptedCodec` has written. */
const SEALED = 'sealed1.'
const NEIGHBOURS = 100

export const isSealed = (text: string | undefined): boolean => text?.startsWith(SEALED) === true

/**
 * Whether the application of a record encrypts what it stores, as far as the record shows, or others of its namespace: it could not
 * read what is stored as it is.
 */
export async function isOfSealed(store: Store, key: string): Promise<boolean> {
  const record = await store.get(key)
  if (record && hasSealed(record)) return true
  const { records } = await store.list({ prefix: key.slice(0, key.indexOf(':') + 1), limit: NEIGHBOURS })
  return records.some(hasSealed)
}

function hasSealed({ value, failure, steps }: StoredRecord): boolean {
  return isSealed(value) || isSealed(failure) || steps.some((step) => isSealed(step.value))
}
