using Nullius.Policy.Dialects.Gcp.Evaluation;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Gcp.Documents;

/// <summary>Reads the contents of roles: a list of permissions, or the REST resource Role.</summary>
internal sealed class RoleParser(GcpProblems problems)
{
    internal Dictionary<string, GcpRole> Roles { get; } = new(StringComparer.Ordinal);

    internal void Parse(LocatedMember member, string path)
    {
        if (member.Value.IsNull)
            Roles[member.Name] = new GcpRole(member.Name, null);
        else if (member.Value.Kind == LocatedKind.Array)
            Roles[member.Name] = new GcpRole(member.Name, Permissions(member.Value.Items.Select((item, i) => (item, $"{path}[{i}]"))));
        else if (GcpObject.Open(member.Value, path, problems) is { } reader)
            ParseRole(member.Name, reader);
    }

    /// <summary>A role that is disabled or deleted grants nothing.</summary>
    private void ParseRole(string name, GcpObject reader)
    {
        reader.Ignore("name", "title", "description", "etag");
        var permissions = Permissions(reader.Items("includedPermissions"));
        var stage = reader.Text("stage")?.Value;
        var isDeleted = reader.Flag("deleted");
        reader.Close();
        if (isDeleted || stage == "DISABLED")
            permissions.Clear();
        Roles[name] = new GcpRole(name, permissions);
    }

    private HashSet<string> Permissions(IEnumerable<(LocatedValue Value, string Path)> items)
    {
        var permissions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (value, path) in items)
        {
            if (value.Kind != LocatedKind.Text)
                problems.WrongType(value, path, "a permission like `storage.objects.get`");
            else if (value.Text!.Contains('*', StringComparison.Ordinal) || value.Text.Contains('/', StringComparison.Ordinal) || GcpPermission.ToRoleForm(value.Text) is null)
                problems.Error(path, value.Line, "bad-permission", $"`{PolicyDiagnostic.Quote(value.Text)}` is no permission of a role, expected `{Mend(value.Text)}`");
            else
                permissions.Add(value.Text);
        }
        return permissions;
    }

    private static string Mend(string text) =>
        text.Contains('*', StringComparison.Ordinal) ? "service.resource.verb" : GcpPermission.ToRoleForm(text) ?? "service.resource.verb";
}
