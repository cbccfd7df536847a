// Writes into each public package which repository it comes from, as provenance asks for. A release knows; a fork should not
// have to change ten files. Where no workflow of GitHub runs, there is no provenance, and so no release.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env
if (!server || !name) throw new Error('releases are made by .github/workflows/release.yml, with provenance')

for (const folder of readdirSync('packages')) {
  const file = `packages/${folder}/package.json`
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  if (manifest.private) continue
  manifest.repository = { type: 'git', url: `git+${server}/${name}.git`, directory: `packages/${folder}` }
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`)
}
