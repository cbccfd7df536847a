/** What in a URL is called so is nobody's business. */
const CALLED_SECRET = /pass|pwd|secret|token|authmechanismproperties/i

/**
 * Keeps what is secret in the URL of a store out of everything that is printed. It takes the URL apart by itself: what
 * cannot be parsed, or names several hosts, has secrets, too.
 */
export class Secrets {
  readonly #url: string
  /** The URL without user, password and parameters. */
  readonly shownUrl: string
  readonly #texts: readonly string[]

  constructor(url: string) {
    this.#url = url
    const [, scheme = '', rest = ''] = /^([^:/]*:\/\/)?(.*)$/s.exec(url) ?? []
    const end = rest.lastIndexOf('@')
    const query = rest.search(/[?#]/)
    // An @ behind a question mark may end a password that has one in it, unescaped: nothing is sure then.
    const isClear = end === -1 || query === -1 || end < query
    this.shownUrl = isClear ? scheme + rest.slice(end + 1).replace(/[?#].*/s, '') : `${scheme}…`
    const password = end === -1 ? '' : rest.slice(0, end).replace(/^[^:]*:?/, '')
    const parameters = [...rest.matchAll(/[?&]([^=&#]*)=([^&#]*)/g)]
      .filter(([, name = '']) => CALLED_SECRET.test(name))
      .map(([, , value = '']) => value)
    // Properties are a list of names and values.
    const properties = parameters.flatMap((text) =>
      text.split(',').map((one) => one.slice(one.indexOf(':') + 1)),
    )
    this.#texts = [password, ...parameters, ...properties]
      .flatMap((text) => [text, ...spellings(decoded(text))])
      .filter((text) => text !== '')
      .sort((one, other) => other.length - one.length)
  }

  /** A text of somebody else, such as a driver's error, without them. */
  without(text: string): string {
    const shown = text.replaceAll(this.#url, this.shownUrl)
    return this.#texts.reduce((cleared, secret) => cleared.replaceAll(secret, '***'), shown)
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A text as it is, and as it is written in a URL. */
function spellings(text: string): string[] {
  const inUrl = encodeURIComponent(text)
  return [text, inUrl, inUrl.replace(/%../g, (character) => character.toLowerCase())]
}
