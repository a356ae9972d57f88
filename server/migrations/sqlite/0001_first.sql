-- Times are milliseconds since 1970, UTC. The SQL is what SQLite and PostgreSQL share, the identity columns excepted.

-- What CI said, as it said it. `natural_key` is a digest of what makes two records the same one.
CREATE TABLE records (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    natural_key TEXT   NOT NULL UNIQUE,
    source      TEXT   NOT NULL, -- the CI that sent it, by its configured name
    service     TEXT   NOT NULL,
    environment TEXT   NOT NULL, -- in lower case: CI's names are compared without case
    at_ms       BIGINT NOT NULL,
    outcome     TEXT   NOT NULL,
    received_ms BIGINT NOT NULL,
    body        TEXT   NOT NULL  -- the record as JSON, in the shape of the API
);
CREATE INDEX records_by_cell ON records (service, environment, at_ms, id);

-- Requests that came with an Idempotency-Key.
CREATE TABLE requests (
    source          TEXT   NOT NULL,
    idempotency_key TEXT   NOT NULL,
    fingerprint     TEXT   NOT NULL, -- a digest of the request's body
    received_ms     BIGINT NOT NULL,
    PRIMARY KEY (source, idempotency_key)
);

-- Every change of a cell's version or status that was observed.
CREATE TABLE transitions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    service     TEXT   NOT NULL,
    environment TEXT   NOT NULL,
    at_ms       BIGINT NOT NULL,
    status      TEXT   NOT NULL,
    version     TEXT,            -- JSON; null when there is none
    reason      TEXT   NOT NULL,
    actor       TEXT             -- who, by the record of that version
);
CREATE INDEX transitions_by_cell ON transitions (service, environment, id);
