import type { AnyProjection } from '@reprise/core/projection.ts'

/** What serving a view needs of its declaration. Views of events and of the catalogue are served alike. */
export type Served = Pick<AnyProjection, 'name' | 'version' | 'from' | 'row' | 'store' | 'query'>
