namespace Nullius.Policy.Dialects.Gcp;

/// <summary>Names of resources to which policies attach, in one spelling: <c>projects/p</c>, <c>projects/_/buckets/b</c>.</summary>
internal static class GcpResourceName
{
    /// <summary>Without <c>//service/</c>, without a Resource Manager prefix, percent-escapes undone.</summary>
    internal static string Normalise(string name)
    {
        var text = name.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(name) : name;
        if (text.StartsWith("//", StringComparison.Ordinal))
            text = OfService(text);
        const string Manager = "cloudresourcemanager.googleapis.com/";
        return text.StartsWith(Manager, StringComparison.Ordinal) ? text[Manager.Length..] : text;
    }

    /// <summary>Without the service. Asset Inventory names a bucket by itself: <c>//storage.googleapis.com/BUCKET</c>.</summary>
    private static string OfService(string name)
    {
        const string Storage = "//storage.googleapis.com/";
        if (name.StartsWith(Storage, StringComparison.Ordinal) && name.Length > Storage.Length && name.IndexOf('/', Storage.Length) < 0)
            return "projects/_/buckets/" + name[Storage.Length..];
        return name.IndexOf('/', 2) is var slash and > 0 ? name[(slash + 1)..] : name;
    }

    internal static bool IsContainer(string name) => name.Split('/') is ["projects" or "folders" or "organizations", { Length: > 0 }];

    /// <summary>The resource, the resources that its name says it is in, and its ancestors; each once, nearest first.</summary>
    internal static List<string> Chain(GcpRequest request)
    {
        var chain = new List<string>();
        for (var name = Normalise(request.ResourceName); name.Length > 0; name = name.LastIndexOf('/') is var slash and > 0 ? name[..slash] : "")
            chain.Add(name);
        foreach (var ancestor in request.Ancestors)
        {
            var name = Normalise(ancestor);
            if (!chain.Contains(name))
                chain.Add(name);
        }
        return chain;
    }
}
