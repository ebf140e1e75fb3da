using Nullius.Policy.Dialects.Aws.Statements;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Aws.Documents;

/// <summary>Reads a policy document strictly (reference: Grammar of the IAM JSON policy language); every error is reported with its line.</summary>
internal static class AwsDocumentParser
{
    private static readonly string[] s_fields = ["Version", "Id", "Statement"];

    internal static AwsPolicyDocument? Parse(ReadOnlySpan<byte> json, string source, ICollection<PolicyDiagnostic> diagnostics)
    {
        var sink = new DiagnosticSink(source, diagnostics);
        var root = LocatedJsonReader.Read(json, sink);
        return root is null ? null : Parse(root, sink);
    }

    /// <summary>A document that stands inside another one: an attachment of an export, a policy of a case.</summary>
    internal static AwsPolicyDocument? Parse(LocatedValue root, DiagnosticSink sink)
    {
        if (root.Kind != LocatedKind.Object)
        {
            sink.WrongType(root, "the policy document", "an object with `Version` and `Statement`");
            return null;
        }
        foreach (var member in root.Members)
        {
            if (!s_fields.Contains(member.Name))
                sink.UnknownField(member, "the policy document", s_fields);
        }
        if (root.Find("Id") is { Kind: not LocatedKind.Text } id)
            sink.WrongType(id, "`Id`", "a string");
        var variables = ReadVersion(root, sink);
        var statements = ReadStatements(root, variables, sink);
        return sink.HasErrors ? null : new AwsPolicyDocument(sink.Source, statements);
    }

    /// <summary>Whether variables are substituted: only in version 2012-10-17; without a version a document is of 2008-10-17.</summary>
    private static bool ReadVersion(LocatedValue root, DiagnosticSink sink)
    {
        var version = root.Find("Version");
        if (version is null)
            return false;
        if (version.IsText("2012-10-17") || version.IsText("2008-10-17"))
            return version.IsText("2012-10-17");
        sink.Error(version, "bad-version", $"`Version` is {version.Describe()}, expected `2012-10-17` or `2008-10-17`");
        return false;
    }

    private static AwsStatement[] ReadStatements(LocatedValue root, bool variables, DiagnosticSink sink)
    {
        var statement = root.Find("Statement");
        if (statement is null)
        {
            sink.Error(root, "missing-field", "the policy document has no `Statement`, expected an object or an array of objects");
            return [];
        }
        if (statement.Kind == LocatedKind.Object)
            return Known([new AwsStatementParser(statement, 1, variables, sink).Parse()]);
        if (statement.Kind != LocatedKind.Array || statement.Items.Count == 0)
        {
            sink.WrongType(statement, "`Statement`", "an object or a non-empty array of objects");
            return [];
        }
        var parsed = statement.Items.Select((item, i) => new AwsStatementParser(item, i + 1, variables, sink).Parse());
        var statements = Known(parsed);
        CheckIds(statement.Items, sink);
        return statements;
    }

    private static AwsStatement[] Known(IEnumerable<AwsStatement?> statements) => [.. statements.OfType<AwsStatement>()];

    private static void CheckIds(List<LocatedValue> statements, DiagnosticSink sink)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var statement in statements)
        {
            if (statement.Kind != LocatedKind.Object || statement.Find("Sid") is not { Kind: LocatedKind.Text, Text: { Length: > 0 } sid } value)
                continue;
            if (!seen.TryAdd(sid, value.Line))
                sink.Error(value, "duplicate-sid", $"`Sid` `{PolicyDiagnostic.Quote(sid)}` is used on line {seen[sid]} already, expected each once");
        }
    }
}
