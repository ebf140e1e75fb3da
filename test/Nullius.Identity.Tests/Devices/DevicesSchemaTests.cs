using Microsoft.EntityFrameworkCore;

namespace Nullius.Identity.Tests.Devices;

public sealed class DevicesSchemaTests : IDisposable
{
    private readonly DevicesStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void The_model_and_the_schema_agree_on_every_column()
    {
        using var db = _store.Open();
        using var connection = _store.Store.OpenConnection();
        foreach (var type in db.Model.GetEntityTypes())
        {
            var columns = new Dictionary<string, (bool Required, bool Key)>();
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT name, \"notnull\", pk FROM pragma_table_info('{type.GetTableName()}')";
            using var rows = command.ExecuteReader();
            while (rows.Read())
                columns.Add(rows.GetString(0), (rows.GetBoolean(1) || rows.GetInt32(2) > 0, rows.GetInt32(2) > 0));

            var modelled = type.GetProperties().ToDictionary(
                property => property.GetColumnName(), property => (!property.IsColumnNullable(), property.IsPrimaryKey()));
            Assert.NotEmpty(columns);
            Assert.Equal(columns.OrderBy(pair => pair.Key, StringComparer.Ordinal), modelled.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        }
    }
}
