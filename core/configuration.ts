import { z } from 'zod'

const whole = z.coerce.number<string>().int()

/**
 * Every setting of the services: environment variable, default and meaning. Defaults, validation, `--help` and
 * docs/configuration.md come from here.
 */
export const settings = {
  kafka: setting(
    'REPRISE_KAFKA',
    addresses(),
    '127.0.0.1:9092',
    'Kafka brokers, host:port, separated by commas',
  ),
  registry: setting(
    'REPRISE_REGISTRY',
    url('http', 'https'),
    'http://127.0.0.1:8081/apis/ccompat/v7',
    'Schema registry, the address of its Confluent API',
  ),
  cassandra: setting(
    'REPRISE_CASSANDRA',
    addresses(),
    '127.0.0.1:9042',
    'Cassandra contact points, host:port, separated by commas',
  ),
  cassandraDatacenter: setting(
    'REPRISE_CASSANDRA_DATACENTER',
    z.string(),
    'datacenter1',
    'The local data centre of Cassandra',
  ),
  openSearch: setting(
    'REPRISE_OPENSEARCH',
    url('http', 'https'),
    'http://127.0.0.1:9200',
    'OpenSearch address',
  ),
  postgres: setting(
    'REPRISE_POSTGRES',
    url('postgres', 'postgresql'),
    'postgres://reprise@127.0.0.1:5432/reprise',
    'PostgreSQL of the catalogue; a namespace has a database of its own beside the one that is named',
  ),
  connect: setting(
    'REPRISE_CONNECT',
    url('http', 'https'),
    'http://127.0.0.1:8083',
    'Kafka Connect, its REST address',
  ),
  namespace: setting(
    'REPRISE_NAMESPACE',
    z.string().regex(/^([a-z][a-z0-9_]{0,30})?$/),
    '',
    'Prefix of topics, keyspace and indexes, so that several platforms can share a cluster; empty for none',
  ),
  partitions: setting(
    'REPRISE_PARTITIONS',
    number(whole.min(1).max(4096)).optional(),
    '',
    'Partitions of event topics at their creation; refused to change afterwards. Empty: as in the topic catalogue',
  ),
  host: setting('REPRISE_HOST', z.string(), '127.0.0.1', 'The address that the services listen on'),
  advertisedHost: setting(
    'REPRISE_ADVERTISED_HOST',
    z.string().optional(),
    '',
    'Where the other command processes reach this one; empty for REPRISE_HOST. Needed where that is no address to connect to, as the wildcard',
  ),
  commandProcesses: setting(
    'REPRISE_COMMAND_PROCESSES',
    number(whole.min(1).max(10)),
    '1',
    'Processes of the command API that `up` and `demo` start: the first on REPRISE_COMMAND_PORT, the others on that plus 10, 11, … (4010, 4011, …); REPRISE_COMMAND_PORT_2, …_3 and so on move one of them alone',
  ),
  commandPort: setting(
    'REPRISE_COMMAND_PORT',
    port(),
    '4000',
    'Port of the command API; of its first process where `up` starts several',
  ),
  queryPort: setting('REPRISE_QUERY_PORT', port(), '4001', 'Port of the query API'),
  projectorPort: setting(
    'REPRISE_PROJECTOR_PORT',
    port(),
    '4002',
    "Port of the projectors' health and metrics",
  ),
  connectorPort: setting(
    'REPRISE_CONNECTOR_PORT',
    port(),
    '4003',
    'Port of the process that looks after the connector',
  ),
  jwks: setting(
    'REPRISE_JWKS',
    z.string(),
    '.reprise/keys/jwks.json',
    'Public keys that tokens are verified with: a file or an http(s) address',
  ),
  issuer: setting(
    'REPRISE_ISSUER',
    z.string(),
    'https://reprise.localhost',
    'The issuer that tokens must name',
  ),
  audience: setting('REPRISE_AUDIENCE', z.string(), 'reprise', 'The audience that tokens must name'),
  corsOrigins: setting(
    'REPRISE_CORS_ORIGINS',
    origins(),
    '',
    'Origins that browsers may call from, separated by commas; empty for none',
  ),
  waitMsMax: setting(
    'REPRISE_WAIT_MS_MAX',
    number(whole.min(100).max(120_000)),
    '10000',
    'How long a command may wait for its outcome, milliseconds',
  ),
  sessionMs: setting(
    'REPRISE_SESSION_MS',
    number(whole.min(1_000).max(60_000)),
    '10000',
    'After so much silence the partitions of a command process go to the others, milliseconds; the broker allows no less than its group.min.session.timeout.ms',
  ),
  otlp: setting(
    'REPRISE_OTLP',
    url('http', 'https').optional(),
    '',
    'Where OpenTelemetry spans go over HTTP, for example http://127.0.0.1:4318/v1/traces; empty for no spans',
  ),
  traceRatio: setting(
    'REPRISE_TRACE_RATIO',
    number(z.coerce.number<string>().min(0).max(1)),
    '0.01',
    'The share of commands that begin a trace when they come without one; those that come with a sampled one go on with it',
  ),
  logLevel: setting(
    'REPRISE_LOG_LEVEL',
    z.enum(['debug', 'info', 'warn', 'error']),
    'info',
    'How much the services write to their logs',
  ),
} as const

type Setting<Schema extends z.ZodType> = {
  readonly variable: string
  readonly schema: Schema
  readonly byDefault: string
  readonly meaning: string
}

/** The services' configuration, complete and checked. */
export type Configuration = {
  readonly [K in keyof typeof settings]: z.output<(typeof settings)[K]['schema']>
}

/** A setting has a value that can't be used. Names all of them at once. */
export class BadConfiguration extends Error {
  override readonly name = 'BadConfiguration'
}

/** Reads the configuration. Empty variables count as not set. @throws {BadConfiguration} */
export const configurationOf = (environment: Readonly<Record<string, string | undefined>>): Configuration => {
  const wrong: string[] = []
  const entries = Object.entries(settings).map(([name, { variable, schema, byDefault, meaning }]) => {
    const given = environment[variable] || byDefault
    const parsed = schema.safeParse(given === '' && schema.safeParse(undefined).success ? undefined : given)
    if (!parsed.success)
      wrong.push(
        `${variable}="${withoutPassword(given)}": ${parsed.error.issues[0]?.message ?? 'invalid'} (${meaning})`,
      )
    return [name, parsed.data] as const
  })
  if (wrong.length > 0) throw new BadConfiguration(wrong.join('\n'))
  return Object.fromEntries(entries) as unknown as Configuration
}

const withoutPassword = (value: string): string => value.replace(/:[^:@/]*@/, ':***@')

function setting<Schema extends z.ZodType>(
  variable: string,
  schema: Schema,
  byDefault: string,
  meaning: string,
): Setting<Schema> {
  return { variable, schema, byDefault, meaning }
}

/** What is separated by commas, around which spaces say nothing. */
function list(form: z.ZodType<string, string>) {
  return z
    .string()
    .transform((value) => value.split(',').map((part) => part.trim()))
    .transform((parts) => parts.filter((part) => part !== ''))
    .pipe(z.array(form))
}

function addresses() {
  const message = 'must be host:port, or several separated by commas'
  return list(z.string().regex(/^[^\s/]+:\d{1,5}$/, message)).refine((found) => found.length > 0, message)
}

/**
 * An address without its scheme, as localhost:9200, would else count as one with the scheme `localhost`. Paths are
 * appended to it, so a slash at its end goes.
 */
function url(...schemes: readonly string[]) {
  const protocol = new RegExp(`^(${schemes.join('|')})$`)
  const error = `must begin with ${schemes.map((each) => `${each}://`).join(' or ')}`
  return z.url({ protocol, error }).transform((value) => value.replace(/\/+$/, ''))
}

/** As browsers name them; with a path, if only a slash, they equal none. */
function origins() {
  const message = 'must be origins as browsers send them, such as https://app.example, or *'
  return list(z.string().refine((value) => value === '*' || isOrigin(value), message))
}

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value
}

/** What is blank is no number, though JavaScript takes it for zero. */
function number(form: z.ZodCoercedNumber<string>) {
  return z.string().trim().min(1, 'must be a number').pipe(form)
}

function port() {
  return number(whole.min(0).max(65_535))
}
