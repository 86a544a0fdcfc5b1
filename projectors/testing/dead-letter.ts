import type { Letter } from '@reprise/core/dead-letter.ts'

/** A letter of the projection `view`, in that version, about offset 7 of partition 0, where group `a` stopped. */
export const deadLetterOf = (version: number): Letter => ({
  type: 'DeadLetter',
  value: {
    projection: 'view',
    version,
    partition: 0,
    offset: 7,
    topic: 'playlist-events',
    groups: ['a'],
    eventId: 'e7',
    eventType: 'PlaylistCreated',
    attempt: 1,
    error: 'no antidote',
    stack: '',
    value: null,
  },
})
