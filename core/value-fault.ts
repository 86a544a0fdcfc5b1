/** Why a value can't be stored, and where in a list or object it stands. */
export type Fault = { readonly value: unknown; readonly why: string; readonly at?: string }

/** How long texts may be. */
export type TextLimits = {
  /** Of a text, or of a list or object as JSON. */
  readonly charsMax: number
  /** Of each text by itself, in UTF-8. */
  readonly bytesMax: number
}

/** What is wrong with a text. A lone surrogate would be stored as another character. */
export const textFault = (value: unknown, { charsMax, bytesMax }: TextLimits): Fault | undefined => {
  if (typeof value !== 'string') return { value, why: 'which is no text' }
  if (value.length > charsMax) return { value, why: `which has more than ${charsMax} characters` }
  if (!value.isWellFormed()) return { value, why: 'which is no well-formed text' }
  return value.length * 3 > bytesMax && Buffer.byteLength(value) > bytesMax
    ? { value, why: `which has more than ${bytesMax} bytes` }
    : undefined
}

/** What is wrong with a whole number of so many bits, its sign included. */
export const wholeNumberFault = (value: unknown, bits: number): Fault | undefined => {
  const end = 2 ** (bits - 1)
  return Number.isSafeInteger(value) && Number(value) < end && Number(value) >= -end
    ? undefined
    : { value, why: `which is no whole number of ${bits} bits` }
}

/** What is wrong with a list or object that is stored as JSON. A property that is undefined is left out, as JSON does. */
export const jsonFault = (whole: unknown, limits: TextLimits): Fault | undefined => {
  let chars = 0
  const faultOf = (value: unknown, at: string): Fault | undefined => {
    chars += typeof value === 'string' ? value.length : 4
    if (chars > limits.charsMax)
      return { value: whole, why: `which has more than ${limits.charsMax} characters` }
    if (typeof value === 'object') return value === null ? undefined : faultIn(value, at)
    if (typeof value === 'string') return placed(textFault(value, limits), at)
    const isJson = typeof value === 'number' ? Number.isFinite(value) : typeof value === 'boolean'
    return isJson ? undefined : { value, at, why: 'which JSON does not have' }
  }
  const faultIn = (value: object, at: string): Fault | undefined => {
    const isList = Array.isArray(value)
    for (const [name, inner] of Object.entries(value)) {
      if (inner === undefined && !isList) continue
      const fault = (isList ? undefined : faultOf(name, at)) ?? faultOf(inner, `${at}.${name}`)
      if (fault) return fault
    }
    return undefined
  }
  return faultOf(whole, '')
}

const placed = (fault: Fault | undefined, at: string): Fault | undefined => fault && { ...fault, at }
