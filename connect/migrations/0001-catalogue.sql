-- Up Migration

-- The catalogue. Everything else learns of it from the replication slot, so the tables keep to what that can carry:
-- * every row has a primary key, which is its replica identity;
-- * values stay inside their row (STORAGE MAIN, and bounds that let them fit): a value moved out of its row is missing
--   from an update that doesn't change it;
-- * rows are never truncated, since a truncation names no rows.

CREATE TABLE artist (
  id text COLLATE "C" NOT NULL,
  name text STORAGE MAIN NOT NULL,
  country text,
  born date,
  status text,
  CONSTRAINT artist_pkey PRIMARY KEY (id),
  CONSTRAINT artist_id_printable CHECK (id ~ '^[!-~]+$' AND char_length(id) <= 64),
  CONSTRAINT artist_name_length CHECK (char_length(name) <= 1000),
  CONSTRAINT artist_country_iso CHECK (country ~ '^[A-Z]{2}$'),
  CONSTRAINT artist_status_known CHECK (status IN ('active', 'inactive', 'deceased'))
);
COMMENT ON COLUMN artist.country IS 'ISO 3166-1 alpha-2';

CREATE TABLE album (
  id text COLLATE "C" NOT NULL,
  name text STORAGE MAIN NOT NULL,
  artist_id text COLLATE "C",
  CONSTRAINT album_pkey PRIMARY KEY (id),
  CONSTRAINT album_id_printable CHECK (id ~ '^[!-~]+$' AND char_length(id) <= 64),
  CONSTRAINT album_name_length CHECK (char_length(name) <= 1000),
  CONSTRAINT album_artist_fkey FOREIGN KEY (artist_id) REFERENCES artist (id)
);
CREATE INDEX album_artist_id ON album (artist_id);
COMMENT ON COLUMN album.artist_id IS 'whom it is filed under; null for a compilation';

CREATE TABLE track (
  id text COLLATE "C" NOT NULL,
  kind text NOT NULL DEFAULT 'song',
  title text STORAGE MAIN NOT NULL,
  album_id text COLLATE "C",
  duration_ms integer,
  released date,
  release_precision text,
  isrc text,
  genres text[] STORAGE MAIN NOT NULL DEFAULT '{}',
  CONSTRAINT track_pkey PRIMARY KEY (id),
  CONSTRAINT track_id_printable CHECK (id ~ '^[!-~]+$' AND char_length(id) <= 64),
  CONSTRAINT track_kind_known CHECK (kind IN ('song', 'episode')),
  CONSTRAINT track_title_length CHECK (char_length(title) <= 1000),
  CONSTRAINT track_duration_positive CHECK (duration_ms > 0),
  CONSTRAINT track_release_whole CHECK ((released IS NULL) = (release_precision IS NULL)),
  CONSTRAINT track_release_precise CHECK (CASE release_precision
    WHEN 'year' THEN extract(month FROM released) = 1 AND extract(day FROM released) = 1
    WHEN 'month' THEN extract(day FROM released) = 1
    ELSE coalesce(release_precision = 'day', true)
  END),
  CONSTRAINT track_release_year CHECK (released BETWEEN '0001-01-01' AND '9999-12-31'),
  CONSTRAINT track_isrc_form CHECK (isrc ~ '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$'),
  CONSTRAINT track_genres_plain CHECK (
    coalesce(array_ndims(genres), 1) = 1 AND array_position(genres, NULL) IS NULL AND '' <> ALL (genres)
  ),
  CONSTRAINT track_genres_length CHECK (octet_length(array_to_string(genres, '')) <= 2000 AND cardinality(genres) <= 50),
  CONSTRAINT track_album_fkey FOREIGN KEY (album_id) REFERENCES album (id)
) PARTITION BY HASH (id);
CREATE INDEX track_album_id ON track (album_id);
COMMENT ON COLUMN track.released IS 'the first day that release_precision leaves open';

CREATE TABLE track_0 PARTITION OF track FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE track_1 PARTITION OF track FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE track_2 PARTITION OF track FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE track_3 PARTITION OF track FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE track_4 PARTITION OF track FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE track_5 PARTITION OF track FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE track_6 PARTITION OF track FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE track_7 PARTITION OF track FOR VALUES WITH (MODULUS 8, REMAINDER 7);

CREATE TABLE track_artist (
  track_id text COLLATE "C" NOT NULL,
  position smallint NOT NULL,
  artist_id text COLLATE "C" NOT NULL,
  CONSTRAINT track_artist_pkey PRIMARY KEY (track_id, position),
  CONSTRAINT track_artist_position CHECK (position BETWEEN 0 AND 999),
  -- Deferrable, so that one statement may swap two artists.
  CONSTRAINT track_artist_once UNIQUE (track_id, artist_id) DEFERRABLE,
  CONSTRAINT track_artist_track_fkey FOREIGN KEY (track_id) REFERENCES track (id) ON DELETE CASCADE,
  CONSTRAINT track_artist_artist_fkey FOREIGN KEY (artist_id) REFERENCES artist (id)
);
CREATE INDEX track_artist_artist_id ON track_artist (artist_id);
COMMENT ON COLUMN track_artist.position IS 'from 0, in the order in which the artists are named; gaps are harmless';

-- The connector writes here while nothing else changes, so that its slot moves on and the disk doesn't fill.
CREATE TABLE heartbeat (
  single boolean NOT NULL DEFAULT true,
  beat_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT heartbeat_pkey PRIMARY KEY (single),
  CONSTRAINT heartbeat_single CHECK (single)
);
INSERT INTO heartbeat DEFAULT VALUES;

CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'TRUNCATE of % names no rows, so nobody would learn of it', TG_TABLE_NAME
    USING ERRCODE = 'feature_not_supported', HINT = 'DELETE the rows.';
END $$;

DO $$
DECLARE
  published regclass;
BEGIN
  FOR published IN
    SELECT unnest('{artist,album,track,track_artist}'::regclass[])
    UNION ALL
    SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'track'::regclass
  LOOP
    EXECUTE format(
      'CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %s EXECUTE FUNCTION refuse_truncate()', published
    );
  END LOOP;
END $$;

CREATE PUBLICATION reprise_catalogue FOR TABLE artist, album, track, track_artist, heartbeat
  WITH (publish = 'insert, update, delete', publish_via_partition_root = true);
