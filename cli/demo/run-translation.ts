import type { EditRow } from './edit-row.ts'

/** An item of the list as the client knows it. */
export type ListItem = { readonly itemId: string; readonly trackId: string }

/** The edits of the command API that a run becomes. `before: null` is the end. */
export type ListEdit =
  | { readonly removeAt: readonly number[] }
  | { readonly add: readonly ListItem[]; readonly before: string | null }
  | { readonly move: readonly string[]; readonly before: string | null }

/** The most edits that a command takes. */
export const editsMax = 1_000

/** The rows don't fit the list that the rows before them left. */
export class ReplayBroken extends Error {
  override readonly name = 'ReplayBroken'
}

type Add = Extract<EditRow, { op: 'add' }>
type Move = Extract<EditRow, { op: 'move' }>
type Taken = Extract<EditRow, { from: number }>

/**
 * A client's own copy of one playlist. It turns runs of rows, whose indices count in a list from which everything
 * that moves has been taken out at once, into edits that apply one after the other.
 *
 * Let `actual` be the list as the edits so far left it, and `settled` the same without the items that are still to be
 * moved: exactly the list in which `to` counts. An item goes to `to` of `settled` when it is put before the item that
 * stands there now, wherever that is in `actual`; when nothing is left to be moved, both lists are one.
 */
export const createListModel = () => {
  let items: readonly ListItem[] = []
  let added = 0
  // Counted, not taken from the file's row numbers: the same playlist in another file gets the same ids.
  const newItem = (trackId: string): ListItem => ({ itemId: `i${(added++).toString(36)}`, trackId })

  return {
    /** The list after all runs so far. */
    get items() {
      return items
    },
    /** The edits of a run, none when it changes nothing. @throws {ReplayBroken} */
    translate: (rows: readonly EditRow[]): readonly ListEdit[] => {
      const taken = takenFrom(items, rows)
      const removed = new Set([...taken.values()].filter(({ op }) => op === 'remove').map(({ from }) => from))
      const draft = createDraft(
        items.filter((_item, index) => !removed.has(index)),
        items.filter((_item, index) => !taken.has(index)),
      )
      for (const row of rows) {
        if (row.op === 'add') draft.add(newItem(row.trackId), row)
        if (row.op === 'move') draft.move(itemAt(items, row), row)
      }
      items = draft.settled
      return limited([...(removed.size > 0 ? [{ removeAt: [...removed] }] : []), ...draft.edits], rows)
    },
  }
}

/** The removed and moved rows by their index in the old list. */
const takenFrom = (items: readonly ListItem[], rows: readonly EditRow[]): ReadonlyMap<number, Taken> => {
  const taken = new Map<number, Taken>()
  for (const row of rows) {
    if (row.op !== 'remove' && row.op !== 'move') continue
    if (taken.has(row.from)) throw broken(row, `index ${row.from} is taken twice`)
    itemAt(items, row)
    taken.set(row.from, row)
  }
  return taken
}

const itemAt = (items: readonly ListItem[], row: Taken): ListItem => {
  const item = items[row.from]
  if (item === undefined) throw broken(row, `there is no item at ${row.from} of ${items.length}`)
  if (item.trackId !== row.trackId)
    throw broken(row, `track ${row.trackId} should stand at ${row.from}, but ${item.trackId} does`)
  return item
}

const createDraft = (actual: ListItem[], settled: ListItem[]) => {
  const edits: ListEdit[] = []

  /** Settles the item; returns what it goes before, null for the end. */
  const settle = (item: ListItem, row: Add | Move): ListItem | null => {
    if (row.to > settled.length) throw broken(row, `${row.to} is past the end of ${settled.length} items`)
    const anchor = settled[row.to] ?? null
    settled.splice(row.to, 0, item)
    return anchor
  }
  const insert = (item: ListItem, anchor: ListItem | null) =>
    actual.splice(anchor === null ? actual.length : actual.indexOf(anchor), 0, item)

  return {
    settled,
    edits,
    add: (item: ListItem, row: Add) => {
      const anchor = settle(item, row)
      insert(item, anchor)
      appendAdd(edits, item, anchor?.itemId ?? null)
    },
    move: (item: ListItem, row: Move) => {
      const anchor = settle(item, row)
      const from = actual.indexOf(item)
      if ((actual[from + 1] ?? null) === anchor) return
      actual.splice(from, 1)
      insert(item, anchor)
      appendMove(edits, item, anchor?.itemId ?? null)
    },
  }
}

/** Neighbours that go before the same item, one after the other, are one edit. */
const appendAdd = (edits: ListEdit[], item: ListItem, before: string | null): void => {
  const last = edits.at(-1)
  if (last && 'add' in last && last.before === before)
    edits[edits.length - 1] = { ...last, add: [...last.add, item] }
  else edits.push({ add: [item], before })
}

const appendMove = (edits: ListEdit[], { itemId }: ListItem, before: string | null): void => {
  const last = edits.at(-1)
  if (last && 'move' in last && last.before === before)
    edits[edits.length - 1] = { ...last, move: [...last.move, itemId] }
  else edits.push({ move: [itemId], before })
}

const limited = (edits: readonly ListEdit[], rows: readonly EditRow[]): readonly ListEdit[] => {
  if (edits.length > editsMax && rows[0])
    throw broken(rows[0], `its run needs ${edits.length} edits; a command takes ${editsMax}`)
  return edits
}

const broken = ({ seq, playlistId }: EditRow, why: string): ReplayBroken =>
  new ReplayBroken(`row ${seq} of playlist ${playlistId}: ${why}`)
