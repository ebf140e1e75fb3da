using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Gcp.Conditions;
using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Dialects.Gcp.Principals;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Gcp.Documents;

/// <summary>Reads allow policies (reference: IAM, allow policies; REST resource Policy).</summary>
internal sealed class AllowParser(GcpProblems problems)
{
    internal string Source => problems.Source;

    internal List<GcpBinding> Bindings { get; } = [];

    /// <summary>Every resource of which the policy is given, also one without bindings.</summary>
    internal List<string> AttachedTo { get; } = [];

    internal void Parse(LocatedValue value, string path)
    {
        if (GcpObject.Open(value, path, problems) is not { } reader)
            return;
        reader.Ignore("etag", "auditConfigs", "kind", "resourceId");
        var attachedTo = reader.Required("attachedTo");
        var version = ParseVersion(reader);
        var name = attachedTo is { } text ? GcpResourceName.Normalise(text.Value) : "";
        AttachedTo.Add(name);
        var index = 0;
        foreach (var (item, itemPath) in reader.Items("bindings"))
            ParseBinding(item, itemPath, name, index++, version);
        reader.Close();
    }

    /// <summary>0, 1 or 3; null when it is not given.</summary>
    private int? ParseVersion(GcpObject reader)
    {
        if (reader.Field("version") is not { } value)
            return null;
        if (value.Kind == LocatedKind.Number && value.Text is "0" or "1" or "3" && value.Kind == LocatedKind.Number)
            return value.Text![0] - '0';
        problems.Error(reader.At("version"), value.Line, "bad-version", $"the version is {value.Describe()}, expected 0, 1 or 3");
        return null;
    }

    private void ParseBinding(LocatedValue value, string path, string attachedTo, int index, int? version)
    {
        if (GcpObject.Open(value, path, problems) is not { } reader)
            return;
        var role = reader.Required("role");
        if (role is { } name)
            CheckRole(name);
        var members = ParseMembers(reader);
        var condition = ConditionParser.Parse(reader, "condition", GcpScope.Allow);
        if (reader.Field("condition") is not null && role is { } conditional)
            CheckConditional(reader, conditional.Value, members, version);
        reader.Close();
        if (role is null || attachedTo.Length == 0)
            return;
        var reference = new StatementRef(PolicyLayer.AllowPolicy, problems.Source, reader.Line, $"{attachedTo}#{index + 1}", Effect.Allow);
        Bindings.Add(new GcpBinding(reference, attachedTo, index, role.Value.Value, [.. members], condition));
    }

    private void CheckRole(GcpText role)
    {
        if (role.Value.Contains("_withcond_", StringComparison.Ordinal))
        {
            problems.Error(role.Path, role.Line, "old-version",
                $"`{PolicyDiagnostic.Quote(role.Value)}` is a conditional binding as old versions show it, expected an export with policy version 3");
            return;
        }
        if (role.Value.Split('/') is not (["roles", { Length: > 0 }] or ["projects" or "organizations", { Length: > 0 }, "roles", { Length: > 0 }]))
            problems.Error(role.Path, role.Line, "bad-role", $"`{PolicyDiagnostic.Quote(role.Value)}` is no role, expected `roles/…`, `projects/…/roles/…` or `organizations/…/roles/…`");
    }

    /// <summary>What IAM refuses to put a condition on.</summary>
    private void CheckConditional(GcpObject reader, string role, List<GcpMember> members, int? version)
    {
        var path = reader.At("condition");
        if (role is "roles/owner" or "roles/editor" or "roles/viewer")
            problems.Error(path, reader.Line, "condition-not-allowed", $"`{role}` is a basic role, expected no condition on it");
        foreach (var member in members.Where(m => m.IsPublic))
            problems.Error(path, reader.Line, "condition-not-allowed", $"`{member.Text}` is a member, expected no condition for it");
        if (version is < 3)
            problems.Error(path, reader.Line, "bad-version", $"the policy has version {version}, expected 3 where a binding has a condition");
    }

    private List<GcpMember> ParseMembers(GcpObject reader)
    {
        var members = new List<GcpMember>();
        foreach (var (value, path) in reader.Items("members"))
        {
            if (ReadMember(value, path) is not { } text)
                continue;
            if (GcpMemberParser.ParseAllow(text, out var expected) is { } member)
                members.Add(member);
            else
                problems.Error(path, value.Line, "bad-member", $"`{PolicyDiagnostic.Quote(text)}` is no member of an allow policy, expected {expected}");
        }
        return members;
    }

    /// <summary>A string; or, as some guides write it, an object of one key.</summary>
    private string? ReadMember(LocatedValue value, string path)
    {
        if (value.Kind == LocatedKind.Text)
            return value.Text;
        if (value is { Kind: LocatedKind.Object, Members: [{ Value.Kind: LocatedKind.Text } only] })
        {
            var text = $"{only.Name}:{only.Value.Text}";
            problems.Note(path, value.Line, "short-form", $"an object of one key is read as `{PolicyDiagnostic.Quote(text)}`");
            return text;
        }
        problems.WrongType(value, path, "a string like `user:alice@example.com`");
        return null;
    }
}
