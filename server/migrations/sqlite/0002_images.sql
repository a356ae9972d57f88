-- What registries say of images. A digest does not change, so an answer is good for as long as it is kept.
CREATE TABLE images (
    digest   TEXT   NOT NULL PRIMARY KEY,
    asked_ms BIGINT NOT NULL,
    body     TEXT,            -- what the registry says, as JSON; null when it says nothing
    again_ms BIGINT NOT NULL  -- when to ask again; 0 for an answer
);
