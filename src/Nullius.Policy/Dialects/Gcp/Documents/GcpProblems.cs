using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Gcp.Documents;

/// <param name="Path">JSON path from the root of what was read.</param>
/// <param name="Line">1-based; 0 when unknown.</param>
internal sealed record GcpProblem(DiagnosticSeverity Severity, string Code, string Message, string Path, int Line);

/// <summary>What a loader finds, with path and line; bounded.</summary>
internal sealed class GcpProblems(string source)
{
    private const int Limit = 500;
    private readonly List<GcpProblem> _all = [];

    internal string Source => source;

    internal IEnumerable<GcpProblem> Errors => _all.Where(p => p.Severity == DiagnosticSeverity.Error);

    internal IEnumerable<GcpProblem> Notes => _all.Where(p => p.Severity == DiagnosticSeverity.Note);

    internal bool HasErrors { get; private set; }

    internal void Error(string path, int line, string code, string message)
    {
        HasErrors = true;
        Add(new GcpProblem(DiagnosticSeverity.Error, code, message, path, line));
    }

    internal void Note(string path, int line, string code, string message) => Add(new GcpProblem(DiagnosticSeverity.Note, code, message, path, line));

    private void Add(GcpProblem problem)
    {
        if (_all.Count < Limit)
            _all.Add(problem);
    }

    internal void WrongType(LocatedValue value, string path, string expected) =>
        Error(path, value.Line, "wrong-type", $"found {value.Describe()}, expected {expected}");

    internal void CopyTo(ICollection<PolicyDiagnostic> target)
    {
        foreach (var problem in _all)
            target.Add(new PolicyDiagnostic(source, problem.Line, problem.Severity, problem.Code, problem.Message) { Path = problem.Path });
    }
}
