using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.Tests.People;

public sealed class IdentitySchemaTests
{
    [Fact]
    public void The_scripts_make_the_tables_that_the_model_expects()
    {
        using var world = new World();
        using var db = world.Db();
        using var fromModel = new SqliteConnection("Data Source=:memory:");
        fromModel.Open();
        Run(fromModel, db.Database.GenerateCreateScript());
        using var fromScripts = world.Store.OpenConnection();

        var expected = Describe(fromModel);
        var actual = Describe(fromScripts);

        Assert.NotEmpty(expected);
        Assert.Equal(string.Join('\n', expected), string.Join('\n', actual));
    }

    // One line for each column, index column and reference; what is written differently and means the same is left out.
    private static List<string> Describe(SqliteConnection connection)
    {
        var lines = new List<string>();
        foreach (var table in Rows(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT IN ('feed', 'nullius_schema')").Select(row => row[0]))
        {
            lines.AddRange(Rows(connection, $"SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}')").Select(row => $"{table}.{string.Join(' ', row)}"));
            lines.AddRange(Rows(connection, $"SELECT \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list('{table}')").Select(row => $"{table} refers {string.Join(' ', row)}"));
            lines.AddRange(Rows(
                connection,
                $"SELECT list.name, list.\"unique\", info.name FROM pragma_index_list('{table}') AS list, pragma_index_info(list.name) AS info WHERE list.origin = 'c'")
                .Select(row => $"{table} index {string.Join(' ', row)}"));
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static List<string[]> Rows(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string[]>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture) ?? "")]);
        return rows;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
