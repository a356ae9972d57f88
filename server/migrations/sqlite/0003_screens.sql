-- Screens on a wall: links that open the board without a login, and may be revoked.
CREATE TABLE screens (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT   NOT NULL,
    token_hash TEXT   NOT NULL UNIQUE, -- SHA-256 of the token, in hexadecimal digits; the token itself is nowhere
    created_ms BIGINT NOT NULL,
    used_ms    BIGINT,                 -- when it was last used; null when it never was
    revoked_ms BIGINT                  -- since when it is refused; null while it is not
);
-- A name is free again once its link is revoked.
CREATE UNIQUE INDEX screens_by_name ON screens (name) WHERE revoked_ms IS NULL;
