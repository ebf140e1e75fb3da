using Nullius.State.Schema;

namespace Nullius.Identity.Devices;

/// <summary>The schema of the <c>devices</c> module, step by step. A step that was released is never edited.</summary>
public static class DevicesSchema
{
    public static IReadOnlyList<SchemaScript> Scripts { get; } =
    [
        new("devices", 1, """
            CREATE TABLE certificate_keys (
                kid         TEXT    NOT NULL PRIMARY KEY,
                use         TEXT    NOT NULL,
                created_at  INTEGER NOT NULL,
                expires_at  INTEGER NOT NULL,
                retired_at  INTEGER,
                certificate BLOB,
                secret      BLOB    NOT NULL
            ) STRICT;

            CREATE TABLE devices (
                id          TEXT    NOT NULL PRIMARY KEY,
                owner_id    TEXT    NOT NULL,
                name        TEXT    NOT NULL,
                platform    TEXT    NOT NULL,
                enrolled_at INTEGER NOT NULL,
                revoked_at  INTEGER,
                revoked_by  TEXT
            ) STRICT;
            CREATE INDEX devices_by_owner ON devices (owner_id);

            CREATE TABLE device_certificates (
                thumbprint TEXT    NOT NULL PRIMARY KEY,
                device_id  TEXT    NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
                issued_at  INTEGER NOT NULL,
                not_after  INTEGER NOT NULL,
                retired_at INTEGER
            ) STRICT;
            CREATE INDEX device_certificates_by_device ON device_certificates (device_id);

            CREATE TABLE device_reports (
                device_id   TEXT    NOT NULL PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
                at          INTEGER NOT NULL,
                received_at INTEGER NOT NULL,
                facts       TEXT    NOT NULL
            ) STRICT;

            CREATE TABLE device_nonces (
                device_id TEXT    NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
                nonce     TEXT    NOT NULL,
                seen_at   INTEGER NOT NULL,
                PRIMARY KEY (device_id, nonce)
            ) STRICT;

            CREATE TABLE device_codes (
                hash       TEXT    NOT NULL PRIMARY KEY,
                owner_id   TEXT    NOT NULL,
                created_by TEXT    NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT;
            """),
        new("devices", 2, """
            CREATE TABLE unfinished_device_change (
                id       INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
                happened TEXT    NOT NULL
            ) STRICT;
            """),
    ];
}
