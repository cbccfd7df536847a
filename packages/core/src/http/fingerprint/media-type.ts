export interface MediaType {
  /** `type/subtype; name=value`, without what varies between two sendings of one request. */
  readonly shown: string
  readonly isJson: boolean
  /** What separates the parts of a multipart body: another for each sending. */
  readonly boundary: string | undefined
}

const JSON_TYPE = /^[\w.+-]+\/(?:[\w.-]+\+)?json$/
const PARAMETER = /;\s*([^\s=;]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g
/** Says how the text was written, or where its parts end; not what it says. */
const VARYING = ['charset', 'boundary']
/** RFC 2046, 5.1.1. To look for a longer one in a body that nearly holds it everywhere takes seconds. */
const LONGEST_BOUNDARY = 70

/** What was asked last: a server gets one kind of bodies, mostly, and asks twice for each. */
let last: { readonly header: string; readonly type: MediaType } | undefined

export function mediaType(header = ''): MediaType {
  if (last?.header !== header) last = { header, type: parsed(header) }
  return last.type
}

function parsed(header: string): MediaType {
  const [essence = ''] = header.toLowerCase().split(';', 1)
  const parameters = [...header.matchAll(PARAMETER)].map(
    ([, name = '', quoted, bare = '']) => [name.toLowerCase(), quoted ?? bare] as const,
  )
  const isMultipart = essence.trim().startsWith('multipart/')
  const boundary = (isMultipart && parameters.find(([name]) => name === 'boundary')?.[1]) || ''
  const telling = parameters
    .filter(([name]) => !VARYING.includes(name))
    .map((parameter) => parameter.join('='))
  return {
    shown: [essence.trim(), ...telling.sort()].join('; '),
    isJson: JSON_TYPE.test(essence.trim()),
    boundary: boundary.length > 0 && boundary.length <= LONGEST_BOUNDARY ? boundary : undefined,
  }
}
