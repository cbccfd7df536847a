import { join } from 'node:path'
import ts from 'typescript'
import { REPOSITORY } from '../pages'
import { entryPoints } from '../reference/entry-points'

/** One option, as the sources declare it. */
export interface Option {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly default: string | undefined
  readonly description: string
  /** Where it is declared: two types that have it from the same place have the same option. */
  readonly place: string
}

/** Every type of options that a public package exports, by its name and where it is imported from. */
export type OptionTypes = ReadonlyMap<string, readonly Option[]>

/** What tests are told is no option of what runs: it is in the README of the package, and in the reference. */
const modules = entryPoints.filter(({ name }) => name !== '@idem/conformance')

export const titleOf = (type: string, module: string): string => `${type} of ${module}`

/** The options of all public packages: types whose names end with `Options`, or with `Query`. */
export function readOptions(): OptionTypes {
  const { config } = ts.readConfigFile(join(REPOSITORY, 'apps/docs/tsconfig.reference.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, include: [] },
    ts.sys,
    join(REPOSITORY, 'apps/docs'),
  )
  const sources = modules.map(({ source }) => source)
  const program = ts.createProgram(
    [...sources, join(REPOSITORY, 'packages/redis/src/scripts/lua.d.ts')],
    options,
  )
  const checker = program.getTypeChecker()
  const found = new Map<string, readonly Option[]>()
  for (const { name: module, source } of modules) {
    const file = program.getSourceFile(source)
    const exported = file && checker.getSymbolAtLocation(file)
    if (exported === undefined) throw new Error(`${source} exports nothing`)
    for (const symbol of checker.getExportsOfModule(exported)) {
      if (!/(Options|Query)$/.test(symbol.name)) continue
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      found.set(titleOf(symbol.name, module), optionsOf(checker, checker.getDeclaredTypeOfSymbol(target)))
    }
  }
  return found
}

/** Of a union, the options of all that it may be, each once. */
function optionsOf(checker: ts.TypeChecker, type: ts.Type): Option[] {
  const parts = (type.isUnion() ? type.types : [type]).map((part) =>
    checker.getPropertiesOfType(part).flatMap((property) => optionOf(checker, property) ?? []),
  )
  const found = new Map<string, Option>()
  for (const option of parts.flat()) {
    const other = found.get(option.name)
    // Required is what every part of a union asks for.
    const required = parts.every((part) =>
      part.some(({ name, required }) => name === option.name && required),
    )
    found.set(option.name, { ...(other === undefined ? option : either(other, option)), required })
  }
  return [...found.values()]
}

/** `undefined` for one that must not be given. */
function optionOf(checker: ts.TypeChecker, property: ts.Symbol): Option | undefined {
  const declaration = property.declarations?.find(ts.isPropertySignature)
  if (declaration?.type === undefined) throw new Error(`${property.name} is not declared as a property`)
  const type = declaration.type
    .getText()
    .replace(/\s+/g, ' ')
    .replace(/^\| /, '')
    .replace(/ \| undefined$/, '')
  if (type === 'undefined') return undefined
  const tag = property.getJsDocTags(checker).find(({ name }) => name === 'defaultValue')
  return {
    name: property.name,
    type: type.replace(/^\((\(.*\) => [^|]*)\)$/, '$1'),
    required: declaration.questionToken === undefined,
    default: tag && oneLine(ts.displayPartsToString(tag.text)),
    description: oneLine(ts.displayPartsToString(property.getDocumentationComment(checker))),
    place: `${declaration.getSourceFile().fileName}:${property.name}`,
  }
}

function either(one: Option, other: Option): Option {
  const types = [one, other].map(({ type }) => type)
  return {
    ...one,
    type: types[0] === types[1] ? one.type : types.join(' | '),
    default: one.default ?? other.default,
    description: one.description || other.description,
  }
}

const oneLine = (text: string): string =>
  text
    .replace(/\{@link ([^}]+)\}/g, '`$1`')
    .replace(/\n\n/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
