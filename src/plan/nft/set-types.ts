/** The types of a set's keys and a map's values, from what stands after `type` or `typeof`. */
import { inputError } from '../../base/errors.js';
import type { NftSet } from './nft-ruleset.js';
import type { DataType } from './nft-rule.js';
import { readExpression, typesOf } from './read-expression.js';
import type { ElementTypes } from './read-element.js';
import { isDataType } from './read-part.js';
import { newReader, refuseWord, takeToken } from './tokens.js';

export function setTypes(set: NftSet): ElementTypes {
  const origin = `${set.kind} ${set.name}`;
  return {
    key: types(set.key, set.typeof === true, origin),
    value: set.value === undefined ? undefined : types(set.value, set.typeof === true, origin),
  };
}

function types(text: string, byExpression: boolean, origin: string): readonly DataType[] {
  if (text === 'verdict') return ['verdict'];
  if (byExpression) {
    const reader = newReader(text, origin);
    const found = typesOf(readExpression(reader));
    const rest = takeToken(reader);
    return rest === undefined ? found : refuseWord(reader, rest.text, ['.']);
  }
  return text.split('.').map((part) => {
    const name = part.trim();
    if (isDataType(name)) return name;
    throw inputError('unknown-type', `${origin}: \`${name}\` is not a type of nftables that is modelled`);
  });
}
