using System.Text.Json;
using Nullius.Policy.Dialects.Gcp;

namespace Nullius.Policy.Simulation.Estate.Gcp;

/// <summary>
/// What is in what: projects, folders and the organisation, and the project of a resource. A project has a number and an id, which exports mix: the id is
/// the one spelling used here.
/// </summary>
internal sealed class GcpHierarchy
{
    private const int MaxLevels = 16;

    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _withoutParent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _ancestors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string? Domain, string? Customer)> _organizations = new(StringComparer.Ordinal);

    internal bool IsPresent => _parents.Count + _ancestors.Count + _ids.Count > 0;

    /// <summary>Takes a project, folder or organisation as lists and descriptions print it.</summary>
    internal bool Add(JsonElement row)
    {
        var name = row.Text("name") ?? "";
        if (row.Text("projectId") is { } id)
        {
            var number = row.Number("projectNumber") ?? (name.StartsWith("projects/", StringComparison.Ordinal) ? name["projects/".Length..] : null);
            if (number is not null)
                AddAlias("projects/" + number, "projects/" + id);
            AddParent("projects/" + id, row);
            return true;
        }
        if (name.StartsWith("folders/", StringComparison.Ordinal) && !name.AsSpan("folders/".Length).Contains('/') && (row.Has("parent") || row.Has("displayName")))
        {
            AddParent(name, row);
            return true;
        }
        if (!name.StartsWith("organizations/", StringComparison.Ordinal) || name.AsSpan("organizations/".Length).Contains('/'))
            return false;
        _organizations[name] = (row.Text("displayName")?.ToLowerInvariant(), row.Text("directoryCustomerId") ?? row.Find("owner")?.Text("directoryCustomerId"));
        return true;
    }

    private void AddParent(string container, JsonElement row)
    {
        if (row.Find("parent") is not { } parent)
            _withoutParent.Add(container);
        else if (parent.ValueKind == JsonValueKind.String)
            _parents[container] = parent.GetString()!;
        else if (parent.Text("type") is { } type && parent.Number("id") is { } id)
            _parents[container] = $"{type}s/{id}";
    }

    /// <summary>Nearest first, as <c>ancestors</c> of an asset and <c>get-ancestors</c> list them; the first may be the container itself.</summary>
    internal void AddChain(IReadOnlyList<string> chain)
    {
        for (var i = 0; i + 1 < chain.Count; i++)
            _parents[chain[i]] = chain[i + 1];
    }

    internal void AddAlias(string number, string id)
    {
        _ids[number] = id;
        _numbers[id] = number;
    }

    /// <summary>Where a resource is; the order of folders does not matter, all that hold it bind it.</summary>
    internal void AddAncestors(string resource, IEnumerable<string> ancestors) => _ancestors[resource] = [.. ancestors];

    /// <summary>The one spelling of a container's name, also at the head of a resource's name.</summary>
    internal string Canonical(string name)
    {
        if (!name.StartsWith("projects/", StringComparison.Ordinal))
            return name;
        var slash = name.IndexOf('/', "projects/".Length);
        var project = slash < 0 ? name : name[..slash];
        return _ids.TryGetValue(project, out var id) ? id + (slash < 0 ? "" : name[slash..]) : name;
    }

    /// <summary>Every project, folder and organisation that a list or an asset names.</summary>
    internal IEnumerable<string> Containers() =>
        _ids.Values.Concat(_parents.Keys).Concat(_parents.Values).Concat(_withoutParent).Concat(_organizations.Keys).Concat(_ancestors.Values.SelectMany(a => a)).Select(Canonical).Distinct(StringComparer.Ordinal);

    /// <summary>What holds a resource or container, from its project on; what could not be found is added to the gaps.</summary>
    /// <param name="project">The project as the question says it; null: as the exports do.</param>
    /// <param name="mayDeny">Whether anything that denies was exported: what could stand above an unknown parent.</param>
    internal List<string> AncestorsOf(string key, string relative, List<EstateGap> gaps, string? project = null, bool mayDeny = true)
    {
        var chain = new List<string>();
        if (_ancestors.TryGetValue(key, out var listed))
        {
            foreach (var ancestor in listed.Select(Canonical).Where(a => !chain.Contains(a)))
                chain.Add(ancestor);
        }
        if (chain.Count == 0 && (project is null ? ContainerOf(relative) : Canonical(project.StartsWith("projects/", StringComparison.Ordinal) ? project : "projects/" + project)) is { } container)
            chain.Add(container);
        if (chain.Count == 0)
        {
            gaps.Add(new EstateGap($"the project of {relative} (`gcloud asset search-all-resources`, or `--context resource.project=ID`)", true, mayDeny));
            return chain;
        }
        Climb(chain, gaps, mayDeny);
        return chain;
    }

    private static string? ContainerOf(string relative) => relative.Split('/') is ["projects" or "folders" or "organizations", { Length: > 0 } and not "_" and not "-", ..] parts ? $"{parts[0]}/{parts[1]}" : null;

    private void Climb(List<string> chain, List<EstateGap> gaps, bool mayDeny)
    {
        for (var i = 0; i < MaxLevels; i++)
        {
            if (chain.Exists(c => c.StartsWith("organizations/", StringComparison.Ordinal)))
                return;
            var last = chain[^1];
            if (ParentOf(last) is { } parent && !chain.Contains(parent))
                chain.Add(parent);
            else if (_ancestors.TryGetValue("cloudresourcemanager.googleapis.com|" + last, out var listed) && listed.Select(Canonical).Any(a => !chain.Contains(a)))
                chain.AddRange(listed.Select(Canonical).Where(a => !chain.Contains(a)).ToList());
            else if (_withoutParent.Contains(last) && last.StartsWith("projects/", StringComparison.Ordinal))
                return;
            else
                break;
        }
        gaps.Add(new EstateGap($"the parent of {chain[^1]} (`gcloud projects list`, `gcloud resource-manager folders list`)", true, mayDeny));
    }

    private string? ParentOf(string container)
    {
        if (_parents.TryGetValue(container, out var parent))
            return Canonical(parent);
        return _numbers.TryGetValue(container, out var number) && _parents.TryGetValue(number, out parent) ? Canonical(parent) : null;
    }

    /// <summary>Sets of principals that the hierarchy tells: an organisation's identities by its domain, service accounts by their project.</summary>
    internal IEnumerable<string> SetsOf(string principal)
    {
        var address = principal[(principal.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var domain = address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..].ToLowerInvariant();
        if (principal.StartsWith("user:", StringComparison.Ordinal))
        {
            foreach (var (name, organization) in _organizations.Where(o => o.Value.Domain == domain))
            {
                yield return "//cloudresourcemanager.googleapis.com/" + name;
                if (organization.Customer is { } customer)
                {
                    yield return "principalSet://goog/cloudIdentityCustomerId/" + customer;
                    yield return "//iam.googleapis.com/locations/global/workspace/" + customer;
                }
            }
        }
        else if (domain.EndsWith(".iam.gserviceaccount.com", StringComparison.Ordinal))
        {
            var chain = AncestorsOf("", "projects/" + domain[..^".iam.gserviceaccount.com".Length], []);
            foreach (var name in chain.Concat(chain.Select(c => _numbers.GetValueOrDefault(c)).OfType<string>()))
            {
                yield return "//cloudresourcemanager.googleapis.com/" + name;
                yield return $"principalSet://cloudresourcemanager.googleapis.com/{name}";
                yield return $"principalSet://cloudresourcemanager.googleapis.com/{name}/type/ServiceAccount";
            }
        }
    }

    /// <summary>The relative name of an attachment: without the Resource Manager's prefix, in the one spelling.</summary>
    internal string Attachment(string name) => Canonical(GcpResourceName.Normalise(name));
}
