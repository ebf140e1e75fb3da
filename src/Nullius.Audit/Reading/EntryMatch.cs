using System.Text;
using System.Text.Json;

namespace Nullius.Audit.Reading;

/// <summary>Whether an entry answers a query. Text is looked for in the bytes first; only what contains it is parsed.</summary>
internal sealed class EntryMatch(AuditQuery query)
{
    private static readonly string[][] SubjectPaths =
        [["actor", "user", "uid"], ["actor", "user", "name"], ["actor", "user", "email_addr"], ["user", "uid"], ["user", "name"], ["user", "email_addr"], ["device", "uid"]];

    private static readonly string[][] OutcomePaths = [["nullius", "effect"], ["nullius", "outcome"], ["disposition"], ["action"], ["status"]];

    private readonly byte[]? _subject = Plain(query.Subject);

    public bool Matches(AuditEntry entry)
    {
        if ((query.From is { } from && entry.At < from) || (query.Until is { } until && entry.At >= until))
            return false;
        if (query.Subject is null && query.Outcome is null)
            return true;
        if (_subject is not null && entry.Line.Span.IndexOf(_subject) < 0)
            return false;
        try
        {
            using var document = JsonDocument.Parse(entry.Line);
            return Has(document.RootElement, SubjectPaths, query.Subject, StringComparison.Ordinal)
                && Has(document.RootElement, OutcomePaths, query.Outcome, StringComparison.OrdinalIgnoreCase);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool Has(JsonElement root, string[][] paths, string? wanted, StringComparison comparison) =>
        wanted is null || paths.Any(path => string.Equals(Text(root, path), wanted, comparison));

    private static string? Text(JsonElement element, string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind is not JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind is JsonValueKind.String ? element.GetString() : null;
    }

    // Only text that JSON writes as it is can be looked for in the bytes.
    private static byte[]? Plain(string? text) =>
        text is { Length: > 0 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@' or ':' or '/') ? Encoding.ASCII.GetBytes(text) : null;
}
