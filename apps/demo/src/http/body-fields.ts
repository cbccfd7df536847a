import type { HonoRequest } from 'hono'
import { isLosslessNumber } from 'lossless-json'
import { Fields } from './fields'
import { readJson } from './json-body'

/**
 * The fields of a body that is a JSON object.
 *
 * @throws BadRequestError
 */
export async function bodyFields(request: HonoRequest): Promise<Fields> {
  return Fields.of(await readJson(request))
}

/** What {@link parseCount} takes, in words. */
export const COUNT_RULE = 'a whole number from 1 to 100000'

/** A number of things, in the digits that were sent. */
export function parseCount(value: unknown): number | undefined {
  return isLosslessNumber(value) && /^([1-9]\d{0,4}|100000)$/.test(value.value)
    ? Number(value.value)
    : undefined
}
