/** Where a text lies, and how many bytes of UTF-8 it has: see {@link TextSlab}. */
export type TextPlace = {
  readonly block: Block
  readonly slot: number
  readonly length: number
  readonly isAscii: boolean
}

/** Texts outside of V8's heap. */
export type TextSlab = {
  /** Where it lies from now on. What was in its place `instead` is freed with that. */
  readonly put: (text: string, instead?: TextPlace) => TextPlace
  /** The text that was put there. It must not have been freed. */
  readonly get: (place: TextPlace) => string
  /** The place is another text's from now on. Once for each. */
  readonly free: (place: TextPlace) => void
  /** What its blocks take. */
  readonly bytes: number
}

type Block = {
  readonly bytes: Buffer
  readonly kind: Kind
  readonly slots: number
  readonly freeSlots: number[]
}
/** All blocks with slots of one size: the one that is being filled, and others with room. */
type Kind = { readonly slotBytes: number; filling: Block | undefined; readonly open: Set<Block> }

/** Slots are of this size, and of sizes that are each a quarter larger than the one before. */
const smallest = 64
const step = 1.25
const blockBytes = 65_536

/**
 * Texts that live for seconds and are replaced all the time: in V8's heap each would be copied twice, and then fill the old
 * generation until all of it is collected. Here each has a slot, which the next one gets. A block whose texts are all gone is
 * given back.
 */
export const createTextSlab = (): TextSlab => {
  const kinds: Kind[] = []
  let bytesOfAll = 0

  const kindFor = (bytes: number): Kind => {
    const nth = bytes <= smallest ? 0 : Math.ceil(Math.log(bytes / smallest) / Math.log(step))
    // Rounding may make the slot a byte too small.
    const slotBytes = Math.ceil(smallest * step ** nth) + 1
    return (kinds[nth] ??= { slotBytes, filling: undefined, open: new Set() })
  }
  const blockWithRoom = (kind: Kind): Block => {
    for (const block of kind.open) {
      kind.open.delete(block)
      return block
    }
    const slots = Math.max(1, Math.floor(blockBytes / kind.slotBytes))
    const bytes = Buffer.allocUnsafeSlow(slots * kind.slotBytes)
    bytesOfAll += bytes.length
    return { bytes, kind, slots, freeSlots: Array.from({ length: slots }, (_, nth) => slots - 1 - nth) }
  }

  const free = ({ block, slot }: TextPlace): void => {
    const { bytes, kind, slots, freeSlots } = block
    const wasFull = freeSlots.length === 0
    freeSlots.push(slot)
    if (kind.filling === block) return
    if (freeSlots.length === slots) {
      kind.open.delete(block)
      bytesOfAll -= bytes.length
    } else if (wasFull) kind.open.add(block)
  }

  return {
    put: (text, instead) => {
      const length = Buffer.byteLength(text)
      const isAscii = length === text.length
      const kind = kindFor(length)
      let block: Block
      let slot: number
      if (instead?.block.kind === kind) ({ block, slot } = instead)
      else {
        if (instead) free(instead)
        block = kind.filling ??= blockWithRoom(kind)
        slot = block.freeSlots.pop() ?? 0
        if (block.freeSlots.length === 0) kind.filling = undefined
      }
      block.bytes.write(text, slot * kind.slotBytes, isAscii ? 'latin1' : 'utf8')
      return { block, slot, length, isAscii }
    },
    get: ({ block: { bytes, kind }, slot, length, isAscii }) => {
      const begin = slot * kind.slotBytes
      return bytes.toString(isAscii ? 'latin1' : 'utf8', begin, begin + length)
    },
    free,
    get bytes() {
      return bytesOfAll
    },
  }
}
