using Nullius.Policy.Decisions;
using Nullius.Policy.Dialects.Gcp.Conditions;
using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Dialects.Gcp.Principals;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Gcp.Documents;

/// <summary>Reads deny policies (reference: IAM v2, REST resource policies).</summary>
internal sealed class DenyParser(GcpProblems problems)
{
    internal List<GcpDenyRule> Rules { get; } = [];

    internal void Parse(LocatedValue value, string path)
    {
        if (GcpObject.Open(value, path, problems) is not { } reader)
            return;
        reader.Ignore("uid", "kind", "displayName", "annotations", "etag", "createTime", "updateTime", "deleteTime", "managingAuthority");
        var name = reader.Text("name");
        var attachedTo = AttachmentOf(reader, name?.Value);
        var index = 0;
        foreach (var (item, itemPath) in reader.Items("rules"))
            ParseRule(item, itemPath, attachedTo, name?.Value, index++);
        reader.Close();
    }

    /// <summary>The container to which the policy is attached: by itself, or out of <c>policies/ATTACHMENT/denypolicies/ID</c>.</summary>
    private string AttachmentOf(GcpObject reader, string? name)
    {
        var given = reader.Text("attachedTo");
        var text = given?.Value ?? (name?.Split('/') is ["policies", var point, "denypolicies", _] ? point : null);
        if (text is null)
        {
            problems.Error(reader.Path, reader.Line, "missing-field", "`attachedTo` is missing, expected the organization, folder or project to which the policy is attached");
            return "";
        }
        var normal = GcpResourceName.Normalise(text);
        if (!GcpResourceName.IsContainer(normal))
            problems.Error(given?.Path ?? reader.Path, reader.Line, "bad-attachment", $"`{PolicyDiagnostic.Quote(text)}` is no attachment point of deny policies, expected `organizations/…`, `folders/…` or `projects/…`");
        return normal;
    }

    private void ParseRule(LocatedValue value, string path, string attachedTo, string? policy, int index)
    {
        if (GcpObject.Open(value, path, problems) is not { } outer)
            return;
        outer.Ignore("description");
        var reader = outer;
        if (outer.Object("denyRule") is { } inner)
            reader = inner;
        else if (outer.Has("deniedPrincipals") || outer.Has("deniedPermissions"))
            problems.Note(path, outer.Line, "short-form", "the rule is read without its `denyRule` object");
        else
            problems.Error(path, outer.Line, "missing-field", "`denyRule` is missing, expected an object");
        var denied = Principals(reader, "deniedPrincipals");
        var excepted = Principals(reader, "exceptionPrincipals");
        var permissions = Permissions(reader, "deniedPermissions");
        var exceptions = Permissions(reader, "exceptionPermissions");
        var condition = ConditionParser.Parse(reader, "denialCondition", GcpScope.Deny);
        reader.Close();
        if (!ReferenceEquals(reader, outer))
            outer.Close();
        var reference = new StatementRef(PolicyLayer.DenyPolicy, problems.Source, reader.Line, $"{policy ?? attachedTo}#{index + 1}", Effect.Deny);
        Rules.Add(new GcpDenyRule(reference, attachedTo, policy, index, denied, excepted, permissions, exceptions, condition));
    }

    private GcpMember[] Principals(GcpObject reader, string name)
    {
        var members = new List<GcpMember>();
        foreach (var text in reader.Texts(name))
        {
            if (GcpMemberParser.ParseDeny(text.Value, out var expected) is { } member)
                members.Add(member);
            else
                problems.Error(text.Path, text.Line, "bad-member", $"`{PolicyDiagnostic.Quote(text.Value)}` is no principal of a deny policy, expected {expected}");
        }
        return [.. members];
    }

    private HashSet<string> Permissions(GcpObject reader, string name)
    {
        var permissions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in reader.Texts(name))
        {
            if (GcpPermission.DenyEntry(text.Value) is { } entry)
            {
                permissions.Add(entry);
                continue;
            }
            var mend = text.Value.Contains('/', StringComparison.Ordinal) || GcpPermission.ToRoleForm(text.Value) is not { } role
                ? "`service.googleapis.com/resource.verb`, `…/resource.*`, `…/*.verb` or `…/*.*`"
                : $"`{GcpPermission.ToDenyForm(role)}`";
            problems.Error(text.Path, text.Line, "bad-permission", $"`{PolicyDiagnostic.Quote(text.Value)}` is no permission of a deny policy, expected {mend}");
        }
        return permissions;
    }
}
