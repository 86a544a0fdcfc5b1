/** What the connector's process and its commands are told, by REPRISE_* variables. */
export type Settings = {
  /** REST address of Kafka Connect. */
  readonly connect: string
  /** Address of the catalogue's PostgreSQL; the namespace chooses the database beside the one that it names. */
  readonly postgres: string
  /** Schema registry, the address of its Confluent API. */
  readonly registry: string
  readonly namespace: string
  readonly host: string
  readonly port: number
}

/** A setting has a value that can't be used. Names all of them at once. */
export class BadSettings extends Error {
  override readonly name = 'BadSettings'
}

/** Reads the settings. Empty variables count as not set. @throws {BadSettings} */
export function settingsOf(environment: Readonly<Record<string, string | undefined>>): Settings {
  const wrong: string[] = []
  const read = (variable: string, byDefault: string, form: Form): string => {
    const value = environment[variable] || byDefault
    if (!form.accepts(value)) wrong.push(`${variable}="${withoutPassword(value)}": must be ${form.words}`)
    return value
  }
  const settings = {
    connect: read('REPRISE_CONNECT', 'http://127.0.0.1:8083', url('http:', 'https:')).replace(/\/+$/, ''),
    postgres: read('REPRISE_POSTGRES', 'postgres://reprise@127.0.0.1:5432/reprise', database),
    registry: read('REPRISE_REGISTRY', 'http://127.0.0.1:8081/apis/ccompat/v7', confluentApi),
    namespace: read('REPRISE_NAMESPACE', '', namespace),
    host: read('REPRISE_HOST', '127.0.0.1', { accepts: () => true, words: '' }),
    port: Number(read('REPRISE_CONNECTOR_PORT', '4003', port)),
  }
  if (wrong.length > 0) throw new BadSettings(wrong.join('\n'))
  return settings
}

type Form = { readonly accepts: (value: string) => boolean; readonly words: string }

const url = (...protocols: readonly string[]): Form => ({
  accepts: (value) => URL.canParse(value) && protocols.includes(new URL(value).protocol),
  words: `an address that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
})

const database: Form = {
  accepts: (value) =>
    url('postgres:', 'postgresql:').accepts(value) &&
    /^\/[a-z_][a-z0-9_]{0,30}$/.test(new URL(value).pathname),
  words: 'like postgres://user@host:5432/database',
}

/** Connect's converter talks to the registry's own API beside the Confluent one. */
const confluentApi: Form = {
  accepts: (value) => url('http:', 'https:').accepts(value) && value.includes('/apis/ccompat/'),
  words: "the address of the registry's Confluent API, http://host:port/apis/ccompat/v7",
}

const namespace: Form = {
  accepts: (value) => /^([a-z][a-z0-9_]{0,30})?$/.test(value),
  words: 'up to 31 small letters, digits and underscores',
}

const port: Form = { accepts: (value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535, words: 'a port' }

function withoutPassword(value: string): string {
  return value.replace(/:[^:@/]*@/, ':***@')
}
