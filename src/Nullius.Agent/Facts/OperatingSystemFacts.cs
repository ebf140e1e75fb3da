using System.Runtime.InteropServices;
using Nullius.Agent.Host;

namespace Nullius.Agent.Facts;

/// <summary>Which system this is, as os-release(5) and the kernel say.</summary>
internal sealed record OperatingSystemFacts(string Id, string Name, string Version, string Kernel, string Architecture)
{
    private const int MostCharacters = 100;

    public static OperatingSystemFacts Of(HostView host)
    {
        var values = Release(host);
        string Value(string key) => Clean(values.GetValueOrDefault(key, ""));
        return new OperatingSystemFacts(
            Value("ID") is { Length: > 0 } id ? id : "linux",
            Value("PRETTY_NAME") is { Length: > 0 } pretty ? pretty : "Linux",
            Value("VERSION_ID"),
            Clean((host.Read("/proc/sys/kernel/osrelease") ?? "").Trim()),
            RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant());
    }

    /// <summary>The system and those that it is built like: <c>rocky</c>, <c>rhel</c>, <c>centos</c>, <c>fedora</c>.</summary>
    public static IReadOnlyList<string> Family(HostView host)
    {
        var values = Release(host);
        return [.. new[] { "ID", "ID_LIKE" }.SelectMany(key => values.GetValueOrDefault(key, "").Split(' ', StringSplitOptions.RemoveEmptyEntries))];
    }

    private static Dictionary<string, string> Release(HostView host)
    {
        var text = host.Read("/etc/os-release") ?? host.Read("/usr/lib/os-release") ?? "";
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                values[line[..equals].Trim()] = line[(equals + 1)..].Trim().Trim('"', '\'');
        }

        return values;
    }

    private static string Clean(string text)
    {
        var clean = string.Concat(text.Where(c => !char.IsControl(c)));
        return clean.Length > MostCharacters ? clean[..MostCharacters] : clean;
    }
}
