namespace Nullius.Policy.Cel.Values;

/// <summary>The names that types have as values of the language.</summary>
internal static class CelTypeNames
{
    internal const string Timestamp = "google.protobuf.Timestamp";
    internal const string Duration = "google.protobuf.Duration";

    /// <summary>Identifiers that denote types.</summary>
    internal static readonly IReadOnlySet<string> Denotable = new HashSet<string>(StringComparer.Ordinal)
    {
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", Timestamp, Duration,
    };

    internal static string Of(in CelValue value) => value.Kind switch
    {
        CelKind.Null => "null_type",
        CelKind.Bool => "bool",
        CelKind.Int => "int",
        CelKind.Uint => "uint",
        CelKind.Double => "double",
        CelKind.String => "string",
        CelKind.Bytes => "bytes",
        CelKind.List => "list",
        CelKind.Map => "map",
        CelKind.Timestamp => Timestamp,
        CelKind.Duration => Duration,
        CelKind.Type => "type",
        CelKind.Error => "error",
        CelKind.Unknown => "unknown",
    };
}
