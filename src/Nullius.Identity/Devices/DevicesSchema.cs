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
            """),
    ];
}
