import { CommandFailure, EXIT } from '../failure'
import { keyParts } from './key-parts'

export function noSuchRecord(key: string, title: string): CommandFailure {
  const hint =
    keyParts(key) === undefined
      ? 'A stored key is namespace:name:scope:key, as ls and error messages show it; ls --contains finds it'
      : 'It was never used, was forgotten, or is past its retention'
  return new CommandFailure(`there is no record of ${JSON.stringify(key)} in ${title}. ${hint}`, EXIT.missing)
}
