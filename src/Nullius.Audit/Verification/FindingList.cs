namespace Nullius.Audit.Verification;

/// <summary>Collects findings up to a bound and counts the rest.</summary>
internal sealed class FindingList
{
    private const int Most = 1000;

    private readonly List<AuditFinding> _findings = [];

    public long More { get; private set; }

    public AuditFinding Add(AuditFinding finding)
    {
        if (_findings.Count < Most)
            _findings.Add(finding);
        else
            More++;
        return finding;
    }

    public void Replace(AuditFinding before, AuditFinding after)
    {
        var index = _findings.IndexOf(before);
        if (index >= 0)
            _findings[index] = after;
    }

    public void Remove(AuditFinding finding) => _findings.Remove(finding);

    public bool Any(Func<AuditFinding, bool> predicate) => _findings.Any(predicate);

    /// <summary>Segments before heads, each from front to back.</summary>
    public IReadOnlyList<AuditFinding> InOrder() => [.. _findings.OrderBy(finding => finding.File, StringComparer.Ordinal).ThenBy(finding => finding.Line)];
}
