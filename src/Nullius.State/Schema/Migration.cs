using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Nullius.State.Schema;

/// <summary>Brings a database to the version that the scripts describe. Each script and its record commit together.</summary>
internal static class Migration
{
    private const string Ledger = """
        CREATE TABLE IF NOT EXISTS nullius_schema (
            module     TEXT    NOT NULL,
            version    INTEGER NOT NULL,
            sha256     TEXT    NOT NULL,
            applied_at INTEGER NOT NULL,
            PRIMARY KEY (module, version)
        ) STRICT, WITHOUT ROWID;
        """;

    public static void Apply(SqliteConnection connection, string path, IReadOnlyList<SchemaScript> scripts, TimeProvider time)
    {
        var modules = ByModule(scripts);
        Run(connection, null, "PRAGMA journal_mode=WAL;");

        // A script may rebuild a table that others refer to; the check before commit stands in for the enforcement
        // (https://www.sqlite.org/lang_altertable.html, section 7).
        Run(connection, null, "PRAGMA foreign_keys=OFF;");
        try
        {
            // BEGIN IMMEDIATE: two programs that open a new store at once apply one after the other.
            using var transaction = connection.BeginTransaction(deferred: false);
            Run(connection, transaction, Ledger);
            var applied = Applied(connection, transaction);
            Check(path, modules, applied);
            foreach (var script in scripts)
            {
                if (!applied.ContainsKey((script.Module, script.Version)))
                    ApplyOne(connection, transaction, path, script, time);
            }

            transaction.Commit();
        }
        finally
        {
            Run(connection, null, "PRAGMA foreign_keys=ON;");
        }
    }

    private static Dictionary<string, List<SchemaScript>> ByModule(IReadOnlyList<SchemaScript> scripts)
    {
        var modules = new Dictionary<string, List<SchemaScript>>(StringComparer.Ordinal);
        foreach (var script in scripts)
        {
            if (!modules.TryGetValue(script.Module, out var list))
                modules.Add(script.Module, list = []);
            if (script.Version != list.Count + 1)
                throw new ArgumentException(
                    $"schema script `{script.Module}` {script.Version} is out of order: expected version {list.Count + 1}", nameof(scripts));
            list.Add(script);
        }

        return modules;
    }

    private static void Check(string path, Dictionary<string, List<SchemaScript>> modules, Dictionary<(string Module, int Version), string> applied)
    {
        foreach (var ((module, version), hash) in applied)
        {
            if (!modules.TryGetValue(module, out var known) || version > known.Count)
                throw new StoreVersionException(
                    $"the store `{path}` was written by a newer Nullius (`{module}` version {version}; this one knows {known?.Count ?? 0}): run that version or a later one");
            if (hash != Hash(known[version - 1]))
                throw new StoreVersionException(
                    $"the store `{path}` was written with another schema script `{module}` {version}: a released script never changes, its change is a new script");
        }
    }

    private static void ApplyOne(SqliteConnection connection, SqliteTransaction transaction, string path, SchemaScript script, TimeProvider time)
    {
        try
        {
            Run(connection, transaction, script.Sql);
        }
        catch (SqliteException fault) when (StoreUnavailableException.From(fault) is null)
        {
            throw new StoreVersionException($"schema script `{script.Module}` {script.Version} does not apply to the store `{path}`, which stays as it was: {fault.Message}");
        }

        RefuseBrokenReferences(connection, transaction, path, script);
        using var record = connection.CreateCommand();
        record.Transaction = transaction;
        record.CommandText = "INSERT INTO nullius_schema (module, version, sha256, applied_at) VALUES ($module, $version, $hash, $at)";
        record.Parameters.AddWithValue("$module", script.Module);
        record.Parameters.AddWithValue("$version", script.Version);
        record.Parameters.AddWithValue("$hash", Hash(script));
        record.Parameters.AddWithValue("$at", time.GetUtcNow().ToUnixTimeMilliseconds());
        record.ExecuteNonQuery();
    }

    private static void RefuseBrokenReferences(SqliteConnection connection, SqliteTransaction transaction, string path, SchemaScript script)
    {
        using var check = connection.CreateCommand();
        check.Transaction = transaction;
        check.CommandText = "PRAGMA foreign_key_check;";
        using var rows = check.ExecuteReader();
        if (rows.Read())
            throw new StoreVersionException(
                $"schema script `{script.Module}` {script.Version} would leave dangling references in table `{rows.GetString(0)}` of `{path}`, which stays as it was");
    }

    private static Dictionary<(string Module, int Version), string> Applied(SqliteConnection connection, SqliteTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT module, version, sha256 FROM nullius_schema ORDER BY module, version";
        using var rows = command.ExecuteReader();
        var applied = new Dictionary<(string, int), string>();
        while (rows.Read())
            applied.Add((rows.GetString(0), rows.GetInt32(1)), rows.GetString(2));
        return applied;
    }

    // Line ends do not count: a checkout may differ in them.
    private static string Hash(SchemaScript script) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{script.Module} {script.Version}\n{script.Sql.ReplaceLineEndings("\n")}"))));

    private static void Run(SqliteConnection connection, SqliteTransaction? transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
