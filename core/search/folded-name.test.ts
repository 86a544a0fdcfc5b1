import { expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { foldedNameOf, foldingVersion } from './folded-name.ts'

/** Names of many scripts, with signs, guests, suffixes and slips of encoding. */
const samples = [
  'Blinding Lights', 'The The', '!!!', 'AC/DC', 'P!nk', 'Ke$ha', "4'33\"", 'blink-182', 'deadmau5', 'R&B', "Don’t Stop",
  'Beyoncé', 'Ødegård', 'Straße', 'Über', 'İstanbul', 'Smells Like Teen Spirit - Remastered 2021',
  'Savage (feat. Beyoncé) [Remix]', "Guns N' Roses", 'A Day in the Life', 'везёт', 'الآنتظار', 'תל אביב', 'Ραψωδίας',
  '夜に駆ける', 'ドライフラワー', '아이유', 'ภาษาไทย', 'हिन्दी', 'తెలుగు', 'Shφtta', '♡', '24℃', '\u200etempe\u200brature', '',
] // prettier-ignore

test('names are folded as the version says: where this fails, raise foldingVersion and then note the new digest', () => {
  const folded = samples.map((name) =>
    foldedNameOf({
      key: 'track/1',
      rank: 1,
      name,
      artists: ['Ødegård', 'Ana & the Tides'],
      more: 'Neon, Vol. 3',
    }),
  )
  const digest = createHash('sha256').update(JSON.stringify(folded)).digest('hex').slice(0, 16)
  expect({ foldingVersion, digest }).toEqual({ foldingVersion: 1, digest: 'a96f786c52c00534' })
})
