using Nullius.Policy.Dialects.Aws.Principals;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Aws.Documents;

/// <summary>Reads <c>Principal</c> and <c>NotPrincipal</c> (reference: AWS JSON policy elements: Principal).</summary>
internal static class PrincipalParser
{
    private static readonly string[] s_kinds = ["AWS", "Service", "Federated", "CanonicalUser"];

    internal static PrincipalMatcher Parse(LocatedValue value, bool inverted, DiagnosticSink sink)
    {
        var entries = new List<PrincipalEntry>();
        if (value.IsText("*"))
            entries.Add(new PrincipalEntry(PrincipalEntryKind.Everyone, "*", "", ""));
        else if (value.Kind != LocatedKind.Object || value.Members.Count == 0)
            sink.WrongType(value, "`Principal`", "`*` or an object with AWS, Service, Federated or CanonicalUser");
        else
            ReadKinds(value, entries, sink);
        return new PrincipalMatcher([.. entries], inverted);
    }

    private static void ReadKinds(LocatedValue value, List<PrincipalEntry> entries, DiagnosticSink sink)
    {
        foreach (var kind in value.Members)
        {
            if (!s_kinds.Contains(kind.Name))
            {
                sink.UnknownField(kind, "`Principal`", s_kinds);
                continue;
            }
            var items = kind.Value.Kind == LocatedKind.Array ? kind.Value.Items : [kind.Value];
            if (items.Count == 0)
                sink.WrongType(kind.Value, $"`Principal.{kind.Name}`", "a string or a non-empty array of strings");
            foreach (var item in items)
            {
                if (item is { Kind: LocatedKind.Text, Text.Length: > 0 })
                    entries.Add(ReadEntry(kind.Name, item, sink));
                else
                    sink.WrongType(item, $"`Principal.{kind.Name}`", "a string or a non-empty array of strings");
            }
        }
    }

    private static PrincipalEntry ReadEntry(string kind, LocatedValue item, DiagnosticSink sink)
    {
        var text = item.Text!;
        if (text == "*" && kind == "AWS")
            return new PrincipalEntry(PrincipalEntryKind.Everyone, text, "", "");
        if (text == "*" && kind == "Service")
            return new PrincipalEntry(PrincipalEntryKind.EveryService, text, "", "");
        return ReadNamed(kind, text, item, sink);
    }

    private static PrincipalEntry ReadNamed(string kind, string text, LocatedValue item, DiagnosticSink sink)
    {
        if (text.AsSpan().IndexOfAny('*', '?') >= 0)
            sink.Error(item, "bad-principal", $"principal `{PolicyDiagnostic.Quote(text)}` has a wildcard, expected a whole name or `*` alone");
        if (kind != "AWS")
            return new PrincipalEntry(PrincipalEntryKind.Name, text, "", text);
        if (text.Length == 12 && text.All(char.IsAsciiDigit))
            return new PrincipalEntry(PrincipalEntryKind.Account, text, text, "");
        var principal = AwsPrincipal.Read(text);
        var account = principal.Account.ToString();
        if (principal.Kind == PrincipalKind.Root && account.Length > 0)
            return new PrincipalEntry(PrincipalEntryKind.Account, text, account, "");
        if (principal.Kind == PrincipalKind.Role)
            return new PrincipalEntry(PrincipalEntryKind.Role, text, account, principal.ShortName.ToString());
        if (!text.StartsWith("arn:", StringComparison.Ordinal) && !IsUniqueId(text))
            sink.Error(item, "bad-principal", $"principal `{PolicyDiagnostic.Quote(text)}` is unknown, expected an ARN, an account of 12 digits or `*`");
        return new PrincipalEntry(PrincipalEntryKind.Arn, text, account, text);
    }

    /// <summary>What remains in a policy of a principal that was deleted; matches nobody.</summary>
    private static bool IsUniqueId(string text) => text.Length >= 16 && text.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c));
}
