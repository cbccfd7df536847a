/** A test that holds a requirement: part of its name, in `describeWebAdapter` or, with a file, in that file. */
export interface Held {
  readonly by: string
  readonly file?: string
}

export interface Requirement {
  readonly what: string
  readonly held: readonly Held[]
}

const by = (...names: readonly string[]): Held[] => names.map((name) => ({ by: name }))
const inExpress = (file: string, ...names: readonly string[]): Held[] =>
  names.map((name) => ({ by: name, file: `packages/express/test/${file}.test.ts` }))

/** What draft-ietf-httpapi-idempotency-key-header-07 asks of servers, by its section. */
export const draft: Readonly<Record<string, readonly Requirement[]>> = {
  Syntax: [
    {
      what: 'the key is an RFC 8941 string',
      held: by(
        'may hold any printable ASCII',
        'is the same whatever parameters follow it',
        'needs its quotes',
      ),
    },
    {
      what: 'nothing else is',
      held: by('is refused when it is a string that does not end', 'a list', 'two of it'),
    },
  ],
  'Uniqueness of Idempotency Key': [
    { what: 'a key is not for another payload', held: by('is another with another value in JSON') },
  ],
  'Idempotency Key Validity and Expiry': [
    {
      what: 'keys expire, and may be refused afterwards',
      held: by('has forgotten the answer, but not the key'),
    },
  ],
  'Idempotency Fingerprint': [
    {
      what: 'made of the payload, or of what the resource chooses',
      held: by('is another with a byte more of text', 'is what the route says it is'),
    },
  ],
  'Idempotency Enforcement': [
    { what: 'a first request is processed as ever', held: by('is kept when it is a 200') },
    {
      what: 'a retry gets the result, success or error',
      held: by(
        'is kept when it is a 201',
        'is kept when it is a 422',
        'comes back byte by byte when it is text',
      ),
    },
    {
      what: 'a concurrent request gets a conflict',
      held: by('is answered for with a 409', 'is the only one of twenty'),
    },
  ],
  'Error Handling': [
    { what: 'a missing key is a 400 with a link', held: by('is missed on POST', 'is missed on PATCH') },
    { what: 'another payload is a 422', held: by('is another with another byte') },
    { what: 'a request that is still processed is a 409', held: by('is answered for with a 409') },
  ],
  'Security Considerations': [
    {
      what: 'keys are validated before they are looked up',
      held: by(
        'is refused when it is 256 characters long',
        'is refused when it is bare with bytes beyond ASCII',
      ),
    },
    {
      what: 'a key is combined with who asks, as the resource knows them',
      held: by('keeps users apart', 'is never the public by accident'),
    },
  ],
}

/** What existing middleware gets wrong. */
export const defects: readonly Requirement[] = [
  { what: 'an empty 204 runs the handler again on replay', held: by('is kept when it is an empty 204') },
  {
    what: 'what `res.end`, `res.write`, `pipe` and `sendFile` send is not captured',
    held: inExpress('answers', 'res.end', 'res.write', 'pipe', 'sendFile'),
  },
  {
    what: 'binary bodies are corrupted by a round trip as text',
    held: by('comes back byte by byte when it is bytes that are no text'),
  },
  {
    what: 'headers of several values, and cookies, are collapsed',
    held: by('keeps its headers, also those that come several times', 'has all its cookies at first'),
  },
  { what: '`Location` is lost', held: by('is kept when it is a 303', 'keeps its headers') },
  { what: 'the query is no part of the fingerprint', held: by('is another with another query') },
  {
    what: 'the order of JSON properties counts as a difference',
    held: by('is the same whatever blanks and the order of JSON properties'),
  },
  {
    what: 'a mismatching request destroys the record',
    held: by('is another with another value in JSON: a 422, and the record stays as it was'),
  },
  {
    what: 'a store that fails hangs the request, or lets it through',
    held: by('is down: a 503', 'does not answer: a 503 in time'),
  },
  {
    what: 'a write that nobody waits for ends the process',
    held: by('cannot be told of the answer', 'cannot be told of a failure'),
  },
  {
    what: 'a client hangs up before the settle',
    held: by('cancels nothing: the work ends', 'goes on to its end when the client hangs up, and is kept'),
  },
  {
    what: 'a body that is too large makes the handler run again',
    held: by('is told to be gone, and nothing runs again', 'of any size is sent no faster'),
  },
  {
    what: 'a 5xx is kept for a day',
    held: by('is not kept when it is a 500', 'is not kept when it is a 503'),
  },
  {
    what: 'a failure that passes is kept for good',
    held: by('is not kept when it is a 429', 'is an error of the framework when the handler throws'),
  },
  { what: 'a header switches the protection off', held: by('cannot be switched off by another header') },
  { what: '`Authorization` is written to the store', held: by('is the only trace of credentials') },
  { what: "another user's identical order is refused, or answered", held: by('keeps users apart') },
  { what: 'a refreshed bearer token makes a new request', held: by('is the same whatever the bearer token') },
]
