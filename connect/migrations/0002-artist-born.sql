-- Up Migration

-- Views write dates as YYYY-MM-DD: neither infinity nor a year before 1 or after 9999 can be one. Rows that break this
-- already are told of by the next statement that touches them, so that they don't hold up the migration.
ALTER TABLE artist
  ADD CONSTRAINT artist_born_year CHECK (born BETWEEN '0001-01-01' AND '9999-12-31') NOT VALID;
