import { DocumentsRefused, type DocumentWrite } from '@reprise/core/ports/document-store.port.ts'
import { refusedByIndex } from '@reprise/core/storable.ts'

/** A store can never hold the states of some groups, for what is in them; those of all others are written. */
export class GroupsRefused extends Error {
  override readonly name = 'GroupsRefused'
  /** Why, by the group's id in the view. */
  readonly causes: ReadonlyMap<string, Error>
  constructor(causes: ReadonlyMap<string, Error>) {
    super([...causes.values()].map(({ message }) => message)[0])
    this.causes = causes
  }
}

/** The document of a group. */
type GroupWrite = DocumentWrite & { readonly group: string }

/** Writes documents of groups. @throws {GroupsRefused} naming projection, field and reason */
export const writeDocuments = async (
  projection: { readonly name: string },
  writes: readonly GroupWrite[],
  write: (writes: readonly DocumentWrite[]) => Promise<void>,
): Promise<void> => {
  try {
    await write(writes)
  } catch (error) {
    if (!(error instanceof DocumentsRefused)) throw error
    const causes = writes.flatMap(({ id, group }) => {
      const refusal = error.refusals.get(id)
      return refusal ? [[group, refusedByIndex(projection, refusal)] as const] : []
    })
    throw new GroupsRefused(new Map(causes))
  }
}
