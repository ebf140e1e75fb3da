using Nullius.State.Schema;

namespace Nullius.Identity.People;

/// <summary>The tables of <see cref="IdentityDb"/>. A released script never changes.</summary>
public static class IdentitySchema
{
    private const string First = """
        CREATE TABLE person (
            id                    TEXT    NOT NULL PRIMARY KEY,
            user_name             TEXT,
            normalized_user_name  TEXT,
            email                 TEXT,
            normalized_email      TEXT,
            email_confirmed       INTEGER NOT NULL,
            password_hash         TEXT,
            security_stamp        TEXT,
            concurrency_stamp     TEXT,
            display_name          TEXT    NOT NULL,
            disabled              INTEGER NOT NULL,
            tags                  TEXT    NOT NULL,
            security_version      INTEGER NOT NULL,
            must_change_password  INTEGER NOT NULL,
            password_changed_at   INTEGER,
            reset_code_hash       TEXT,
            reset_code_expires_at INTEGER,
            created_at            INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX person_name ON person (normalized_user_name);
        CREATE INDEX person_email ON person (normalized_email);

        CREATE TABLE person_group (
            name        TEXT    NOT NULL PRIMARY KEY,
            description TEXT    NOT NULL,
            created_at  INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE membership (
            person_id  TEXT NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
            group_name TEXT NOT NULL REFERENCES person_group (name) ON DELETE RESTRICT,
            PRIMARY KEY (person_id, group_name)
        ) STRICT;
        CREATE INDEX membership_group ON membership (group_name);

        CREATE TABLE passkey (
            credential_id BLOB NOT NULL PRIMARY KEY,
            user_id       TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
            data          TEXT NOT NULL
        ) STRICT;
        CREATE INDEX passkey_person ON passkey (user_id);

        CREATE TABLE authenticator (
            person_id  TEXT    NOT NULL PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
            seed       BLOB    NOT NULL,
            last_step  INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE recovery_code (
            person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
            hash      TEXT NOT NULL,
            PRIMARY KEY (person_id, hash)
        ) STRICT;

        CREATE TABLE failure_count (
            key          TEXT    NOT NULL PRIMARY KEY,
            count        INTEGER NOT NULL,
            locked_until INTEGER,
            last_at      INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX failure_count_last ON failure_count (last_at);

        CREATE TABLE session (
            id               TEXT    NOT NULL PRIMARY KEY,
            person_id        TEXT    NOT NULL REFERENCES person (id) ON DELETE RESTRICT,
            kind             TEXT    NOT NULL,
            name             TEXT    NOT NULL,
            created_at       INTEGER NOT NULL,
            authenticated_at INTEGER NOT NULL,
            mfa_at           INTEGER,
            methods          TEXT    NOT NULL,
            idle_seconds     INTEGER,
            last_seen_at     INTEGER NOT NULL,
            expires_at       INTEGER NOT NULL,
            revoked_at       INTEGER,
            revoked_reason   TEXT,
            bound_device_id  TEXT,
            scopes           TEXT    NOT NULL,
            security_version INTEGER NOT NULL,
            user_agent       TEXT,
            address          TEXT
        ) STRICT;
        CREATE INDEX session_person ON session (person_id);
        CREATE INDEX session_expiry ON session (expires_at);

        CREATE TABLE session_credential (
            hash       TEXT NOT NULL PRIMARY KEY,
            session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
            host       TEXT
        ) STRICT;
        CREATE INDEX session_credential_session ON session_credential (session_id);

        CREATE TABLE handoff_code (
            hash       TEXT    NOT NULL PRIMARY KEY,
            session_id TEXT    NOT NULL,
            request    TEXT    NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX handoff_code_expiry ON handoff_code (expires_at);
        """;

    private const string Second = """
        CREATE TABLE kept (
            purpose    TEXT    NOT NULL,
            key        TEXT    NOT NULL,
            subject    TEXT    NOT NULL,
            value      BLOB    NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (purpose, key)
        ) STRICT;
        CREATE INDEX kept_subject ON kept (purpose, subject);
        CREATE INDEX kept_expiry ON kept (expires_at);
        """;

    private const string Third = """
        CREATE TABLE unfinished_change (
            id     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            events TEXT    NOT NULL
        ) STRICT;
        """;

    private const string Fourth = """
        CREATE TABLE retired_name (
            name       TEXT    NOT NULL PRIMARY KEY,
            person_id  TEXT    NOT NULL,
            deleted_at INTEGER NOT NULL
        ) STRICT;
        """;

    /// <summary>Passed to <see cref="Store.Open"/> with those of the other modules.</summary>
    public static IReadOnlyList<SchemaScript> Scripts { get; } = [new("identity", 1, First), new("identity", 2, Second), new("identity", 3, Third), new("identity", 4, Fourth)];
}
