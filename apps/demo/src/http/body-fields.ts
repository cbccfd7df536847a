import type { HonoRequest } from 'hono'
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
