namespace Nullius.Policy.Documents;

/// <summary>Collects what a loader finds in one document; bounded, so that a hostile document cannot fill memory with errors.</summary>
internal sealed class DiagnosticSink(string source, ICollection<PolicyDiagnostic> target)
{
    private const int Limit = 500;

    internal string Source { get; } = source;

    internal int Errors { get; private set; }

    internal bool HasErrors => Errors > 0;

    internal void Error(int line, string code, string message) => Error(line, null, code, message);

    internal void Error(LocatedValue at, string code, string message) => Error(at.Line, at.Path, code, message);

    internal void Error(LocatedMember at, string code, string message) => Error(at.Line, at.Value.Path, code, message);

    internal void Error(int line, string? path, string code, string message)
    {
        Errors++;
        if (Errors <= Limit)
            target.Add(new PolicyDiagnostic(Source, line, DiagnosticSeverity.Error, code, message) { Path = path });
        else if (Errors == Limit + 1)
            target.Add(new PolicyDiagnostic(Source, line, DiagnosticSeverity.Error, "too-many-errors", $"more than {Limit} errors, the rest is not listed"));
    }

    private int _notes;

    internal void Note(LocatedValue at, string code, string message)
    {
        if (++_notes <= Limit)
            target.Add(new PolicyDiagnostic(Source, at.Line, DiagnosticSeverity.Note, code, message) { Path = at.Path });
    }

    internal void WrongType(LocatedValue value, string what, string expected) =>
        Error(value, "wrong-type", $"{what} is {value.Describe()}, expected {expected}");

    internal void UnknownField(LocatedMember member, string where, IReadOnlyList<string> known)
    {
        var hint = "";
        foreach (var name in known)
        {
            if (string.Equals(name, member.Name, StringComparison.OrdinalIgnoreCase))
                hint = $", did you mean `{name}`";
        }
        Error(member, "unknown-field",
            $"unknown field `{PolicyDiagnostic.Quote(member.Name)}` in {where}{hint}, expected one of {string.Join(", ", known)}");
    }
}
