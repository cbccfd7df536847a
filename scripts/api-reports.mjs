// Writes down what each public package exports, one file an entry point: `node scripts/api-reports.mjs`. With `--check` it only
// compares, and fails if what is written is not what is built: so a change of the public face is seen in its review.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'

const check = process.argv.includes('--check')
const root = join(import.meta.dirname, '..')
const folder = join(root, 'api')

/** Every entry point of a package: the name of its report, and its types as they are built. */
function entries(name) {
  const projectFolder = join(root, 'packages', name)
  const manifest = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'))
  if (manifest.private === true) return []
  return Object.entries(manifest.exports ?? {}).flatMap(([path, conditions]) => {
    const types = conditions.import?.types ?? conditions.types
    const reportFileName = [name, ...path.split('/').slice(1)].join('-')
    return types === undefined ? [] : [{ projectFolder, types: join(projectFolder, types), reportFileName }]
  })
}

function report({ projectFolder, types, reportFileName }) {
  const extractorConfig = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(projectFolder, 'package.json'),
    configObject: {
      projectFolder,
      mainEntryPointFilePath: types,
      compiler: { tsconfigFilePath: join(projectFolder, 'tsconfig.json') },
      apiReport: {
        enabled: true,
        reportFolder: folder,
        reportTempFolder: join(projectFolder, 'dist', 'api'),
        reportFileName,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      newlineKind: 'lf',
      messages: { extractorMessageReporting: { default: { logLevel: 'none' } } },
    },
  })
  const { succeeded, apiReportChanged } = Extractor.invoke(extractorConfig, {
    localBuild: !check,
    messageCallback: (message) => {
      // What has changed is told below, and the versions that it was tested with are not of interest.
      message.handled = message.messageId.startsWith('console-')
    },
  })
  return { reportFileName, fine: succeeded && !(check && apiReportChanged), changed: apiReportChanged }
}

mkdirSync(folder, { recursive: true })
const reports = readdirSync(join(root, 'packages')).flatMap(entries).map(report)
const changed = reports.filter((one) => one.changed).map((one) => `api/${one.reportFileName}.api.md`)
console.log(
  `${reports.length} entry points, ${changed.length} changed${changed.map((path) => `\n  ${path}`).join('')}`,
)
if (!reports.every((one) => one.fine)) {
  console.error(
    'The public face has changed. If it should have: npx -y pnpm@10.34.9 api, and commit what it writes.',
  )
  process.exitCode = 1
}
