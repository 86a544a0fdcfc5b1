import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { parse } from 'csv-parse'
import { BadRow, type CsvRecord } from './edit-row.ts'

/** Streams the records of a CSV file with a header row, unpacked by its suffix (.zst, .gz, or plain). @throws {BadRow} */
export async function* readCsv(path: string): AsyncGenerator<CsvRecord> {
  const parser = parse({ columns: true, bom: true })
  const unpack = path.endsWith('.zst') ? createZstdDecompress() : path.endsWith('.gz') ? createGunzip() : []
  // The error, if any, reaches us through the parser.
  pipeline([createReadStream(path), unpack, parser].flat(), () => undefined)
  try {
    for await (const record of parser) yield record as CsvRecord
  } catch (cause) {
    throw new BadRow(`${path}: ${(cause as Error).message}`, { cause })
  }
}
