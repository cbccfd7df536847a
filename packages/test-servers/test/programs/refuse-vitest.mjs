// Preloaded into a program that is to run without vitest: importing any of it fails.
import { register } from 'node:module'

const hooks = `
  export function resolve(specifier, context, next) {
    if (/^@?vitest(\\/|$)/.test(specifier)) throw new Error('this program imports ' + specifier)
    return next(specifier, context)
  }
`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
