namespace Nullius.Server.Configuration;

/// <summary>One key of <c>nullius.yaml</c> as data: the reader refuses what is not here, the documentation lists what is.</summary>
/// <param name="Type">What is expected, in words; stands in error messages.</param>
/// <param name="Text">What it does, for the documentation.</param>
/// <param name="Default">What holds when it is left out; empty when nothing does.</param>
internal sealed record SchemaKey(string Name, string Type, string Text, string Default = "")
{
    public bool Required { get; init; }

    /// <summary>Keys of the map, or of each map in the list; empty for plain values.</summary>
    public IReadOnlyList<SchemaKey> Keys { get; init; } = [];

    public SchemaKey Key(string name) =>
        Keys.FirstOrDefault(k => k.Name == name) ?? throw new InvalidOperationException($"the schema of `{Name}` has no key `{name}`");
}
