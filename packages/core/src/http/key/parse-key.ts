/** An RFC 8941 string: printable ASCII in double quotes, in which a backslash stands before a quote or a backslash. */
const QUOTED = /^"((?:[ !#-[\]-~]|\\["\\])*)"(.*)$/

/** What RFC 8941 allows behind it, `;name=value` any number of times: it says nothing of the key. */
const PARAMETERS =
  /^(?:; *[a-z*][\w.*-]*(?:=(?:-?\d{1,15}(?:\.\d{1,3})?|"(?:[ !#-[\]-~]|\\["\\])*"|[A-Za-z*][!#$%&'*+.^`|~\w:/-]*|:[A-Za-z0-9+/=]*:|\?[01]))?)*$/

/** What common clients send instead: visible ASCII without quotes, commas (two header lines are joined by one) and blanks. */
const BARE = /^[!#-+\--~]+$/

const MAX_LENGTH = 255

/**
 * The idempotency key of a header: of `"abc"` and, unless `strict`, of `abc` too it is `abc`. `undefined` if the header is
 * malformed, empty or longer than `maxLength` characters, or if there are several.
 */
export function parseKey(header: string, strict: boolean, maxLength = MAX_LENGTH): string | undefined {
  const [, quoted, parameters = ''] = QUOTED.exec(header) ?? []
  const key =
    quoted !== undefined && PARAMETERS.test(parameters)
      ? quoted.replace(/\\(.)/g, '$1')
      : !strict && BARE.test(header)
        ? header
        : ''
  return key.length > 0 && key.length <= maxLength ? key : undefined
}

/** A key as a header has it: an RFC 8941 string. */
export function formatKey(key: string): string {
  return `"${key.replace(/["\\]/g, '\\$&')}"`
}
