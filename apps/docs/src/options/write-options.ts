import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY } from '../pages'
import { withTables } from './option-tables'
import { readOptions } from './read-options'

const file = join(REPOSITORY, 'docs/options.md')
writeFileSync(file, withTables(readFileSync(file, 'utf8'), readOptions()))
