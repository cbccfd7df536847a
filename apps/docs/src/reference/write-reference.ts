import { join } from 'node:path'
import { Application, Converter } from 'typedoc'
import { REFERENCE, REPOSITORY } from '../pages'
import { entryPoints } from './entry-points'

const names = new Map(entryPoints.map(({ source, name }) => [source, name]))

const app = await Application.bootstrapWithPlugins({
  entryPoints: entryPoints.map(({ source }) => source),
  tsconfig: join(REPOSITORY, 'apps/docs/tsconfig.reference.json'),
  plugin: ['typedoc-plugin-markdown'],
  readme: 'none',
  name: 'Reference',
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeExternals: true,
  // The types are checked elsewhere, and what is not exported is told where it is used.
  skipErrorChecking: true,
  validation: { notExported: false, invalidLink: false, invalidPath: false },
  sort: ['kind', 'alphabetical'],
  logLevel: 'Warn',
})
app.options.setValue('outputs', [{ name: 'markdown', path: join(REPOSITORY, REFERENCE) }])
app.options.setValue('outputFileStrategy', 'modules')
app.options.setValue('hideBreadcrumbs', true)
app.options.setValue('hidePageHeader', true)
app.options.setValue('parametersFormat', 'table')
app.options.setValue('interfacePropertiesFormat', 'table')
app.options.setValue('typeAliasPropertiesFormat', 'table')
app.options.setValue('tableColumnSettings', { hideSources: true, hideModifiers: true })
app.options.setValue('useCodeBlocks', true)
app.options.setValue('expandParameters', true)

// Pages are named after what is imported, not after where its source is.
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const module of project.children ?? []) {
    const source = project.getSymbolIdFromReflection(module)?.fileName
    const name = source === undefined ? undefined : names.get(source)
    if (name === undefined) throw new Error(`${module.name} is no entry point`)
    module.name = name
  }
})

const project = await app.convert()
if (project === undefined) throw new Error('the sources could not be read')
await app.generateOutputs(project)
