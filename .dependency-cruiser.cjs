/** The import table of the design: folders follow the data flow and nothing crosses it sideways. */
const ours = '^(schemas|core|adapters|producers|projectors|query-api|connect|infra|cli|e2e|bench)/'
const allowed = (folder, targets, comment, except = {}) => ({
  name: `${folder}-imports`,
  comment,
  severity: 'error',
  from: { path: `^${folder}/`, ...except },
  to: { path: ours, pathNot: `^(${[folder, ...targets].join('|')})/` },
})
/** A service's own process, and its threads. */
const composition = '^(producers|projectors|query-api)/[a-z.-]*main\\.ts$'
const tests = '\\.(int\\.)?test\\.ts$'

module.exports = {
  forbidden: [
    allowed('schemas', [], 'The contract imports nothing of ours.'),
    allowed('core', ['schemas'], 'The vocabulary imports the contract alone.'),
    allowed('adapters', ['core', 'schemas'], 'Adapters implement the ports of core.'),
    allowed('producers', ['core', 'schemas', 'projectors'], 'Adapters are chosen in main.ts.', {
      pathNot: [composition, tests],
    }),
    {
      name: 'producers-know-the-catalogue',
      comment: 'Plays carry what the view of the catalogue says; of projections nothing else is known.',
      severity: 'error',
      from: { path: '^producers/', pathNot: tests },
      to: { path: '^projectors/', pathNot: '^projectors/catalogue\\.projection\\.ts$' },
    },
    allowed('connect', [], 'The connector stands alone: it meets the others in the log.', { pathNot: tests }),
    allowed('projectors', ['core', 'schemas'], 'Adapters are chosen in main.ts.', {
      pathNot: [composition, tests, '^projectors/testing/'],
    }),
    allowed('query-api', ['core', 'schemas', 'projectors'], 'Adapters are chosen in main.ts.', {
      pathNot: [composition, tests],
    }),
    {
      name: 'query-api-declarations',
      comment: 'Queries know a projection by its declaration alone, and find it as the projectors do.',
      severity: 'error',
      from: { path: '^query-api/', pathNot: tests },
      to: {
        path: '^projectors/',
        pathNot: ['\\.projection\\.ts$', '^projectors/engine/find-projections\\.ts$'],
      },
    },
    {
      name: 'main-imports',
      comment:
        'main.ts, with the main.ts of its threads, composes a service from core, schemas and adapters; services never import each other.',
      severity: 'error',
      from: { path: composition },
      to: {
        path: ours,
        pathNot: [
          '^(core|schemas|adapters)/',
          '^$1/',
          '^projectors/[^/]*\\.projection\\.ts$',
          '^projectors/engine/find-projections\\.ts$',
        ],
      },
    },
    allowed('infra', [], 'The launcher starts engines and services by path.', { pathNot: tests }),
    allowed(
      'cli',
      ['core', 'schemas', 'adapters', 'projectors', 'infra', 'connect'],
      'The command line uses clients and the launcher, and runs projections in memory.',
    ),
    {
      name: 'core-is-pure',
      comment: 'No I/O in core: hashing and clocks come in as values, npm only where pure code needs it.',
      severity: 'error',
      from: { path: '^core/', pathNot: ['\\.contract\\.ts$', tests, '^core/contracts/'] },
      to: {
        path: 'node_modules|^(node:)?[a-z_/]+$',
        pathNot: ['node_modules/(uuid|zod)/', '^(node:)?crypto$', ours],
      },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules/(?!@reprise)' },
    exclude: { path: '^\\.reprise/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    preserveSymlinks: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
}
